-- Who made an account with another's address loses it when the owner of the address comes. Where they had alerts sent to is
-- switched off with it: else they would go on reading what an account tells that is not theirs any more.
CREATE FUNCTION notification_channels_of_claimed() RETURNS trigger LANGUAGE plpgsql AS
$$
BEGIN
    UPDATE notification_channels
    SET enabled = false, disabled_reason = 'It was set up before the owner of the account''s address had proved to be that.'
    WHERE account = 'user:' || NEW.id AND enabled;
    RETURN NULL;
END
$$;

CREATE TRIGGER users_claimed
    AFTER UPDATE OF email_verified_at ON users
    FOR EACH ROW
    WHEN (OLD.email_verified_at IS NULL AND NEW.email_verified_at IS NOT NULL AND NEW.password_hash IS NULL)
    EXECUTE FUNCTION notification_channels_of_claimed();
