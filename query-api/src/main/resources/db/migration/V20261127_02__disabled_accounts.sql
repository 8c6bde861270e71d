-- An account with an address that nobody had proved to own is no longer handed over to who proves it: it is set aside. So it is
-- disabling an account, and no more proving its address, that ends what tells of it.
DROP TRIGGER users_claimed ON users;
DROP FUNCTION notification_channels_of_claimed();

CREATE FUNCTION telling_of_disabled() RETURNS trigger LANGUAGE plpgsql AS
$$
BEGIN
    UPDATE notification_channels
    SET enabled = false, disabled_reason = 'The account was disabled.'
    WHERE account = 'user:' || NEW.id AND enabled;
    UPDATE report_schedules SET enabled = false WHERE account = 'user:' || NEW.id AND enabled;
    RETURN NULL;
END
$$;

CREATE TRIGGER users_disabled_telling
    AFTER UPDATE OF disabled_at ON users
    FOR EACH ROW
    WHEN (OLD.disabled_at IS NULL AND NEW.disabled_at IS NOT NULL)
    EXECUTE FUNCTION telling_of_disabled();
