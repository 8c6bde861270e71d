-- Whoever has read a workflow before it was paused must not write it back as active: a change is known by its time, which is another
-- one also if the clock of whoever changed it last was ahead.
CREATE OR REPLACE FUNCTION workflows_of_disabled() RETURNS trigger LANGUAGE plpgsql AS
$$
BEGIN
    UPDATE workflows SET status = 'paused', updated_at = greatest(now(), updated_at + interval '1 microsecond')
        WHERE account = 'user:' || NEW.id AND status = 'active';
    UPDATE workflow_schedules SET enabled = false, next_fire_at = NULL WHERE account = 'user:' || NEW.id AND enabled;
    UPDATE data_sources SET status = 'paused', updated_at = greatest(now(), updated_at + interval '1 microsecond')
        WHERE account = 'user:' || NEW.id AND status = 'active';
    DELETE FROM workflow_permissions WHERE account = 'user:' || NEW.id OR user_id = NEW.id;
    RETURN NULL;
END
$$;
