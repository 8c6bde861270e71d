-- Who may less in a team than before, may less with the keys that they made for it; and that is seen by every process.
GRANT UPDATE (role) ON api_keys TO pm_app;

DROP TRIGGER api_keys_touch ON api_keys;
CREATE TRIGGER api_keys_touch
    BEFORE UPDATE OF account, scopes, may_speak_for_others, role, expires_at, revoked_at ON api_keys
    FOR EACH ROW EXECUTE FUNCTION api_keys_touch();
