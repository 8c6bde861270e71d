-- Before each message it is asked what a channel delivers next: of all that it has delivered, and of what other channels have to
-- deliver, nothing is looked at.
CREATE INDEX alert_deliveries_next ON alert_deliveries (channel_id, due_at, created_at, id) WHERE status = 'pending';

-- Twice the same.
DROP INDEX rated_totals_by_day;
