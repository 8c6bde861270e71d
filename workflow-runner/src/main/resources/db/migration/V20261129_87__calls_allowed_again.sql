-- Whoever was asked of a call that perhaps arrived, and has it made again, allows it all its attempts.
ALTER TABLE external_calls ADD COLUMN is_forgiven boolean NOT NULL DEFAULT false;
COMMENT ON COLUMN external_calls.is_forgiven IS 'Failed, and does not count as an attempt any more';
