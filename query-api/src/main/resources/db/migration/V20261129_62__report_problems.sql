-- Of a report that is tried again, those whose it is are told why.
ALTER TABLE report_schedules ADD COLUMN problem text;
COMMENT ON COLUMN report_schedules.problem IS 'Why the last attempt for next_period failed; null if there was none';
