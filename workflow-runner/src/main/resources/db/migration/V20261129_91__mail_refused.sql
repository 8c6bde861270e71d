-- What a mail server refuses for good is given back of so many people a day: else addresses could be tried without an end.
ALTER TABLE mail_counts ADD COLUMN refused integer NOT NULL DEFAULT 0 CHECK (refused >= 0);
COMMENT ON COLUMN mail_counts.refused IS 'Of the same day, given back because the mail server will not write to them';
