-- What a mail server refuses is given back; of a day's only mail nothing is left then.
ALTER TABLE mail_counts DROP CONSTRAINT mail_counts_recipients_check;
ALTER TABLE mail_counts ADD CONSTRAINT mail_counts_recipients_check CHECK (recipients >= 0);
