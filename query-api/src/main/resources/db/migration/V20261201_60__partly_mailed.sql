-- Of a mail to several addresses of which the server refuses some, those that have it are not sent it again when it is tried again
-- for the others.
ALTER TABLE alert_deliveries ADD COLUMN mailed text[] NOT NULL DEFAULT '{}';
COMMENT ON COLUMN alert_deliveries.mailed IS 'Addresses of the channel that have it, while others have not';
