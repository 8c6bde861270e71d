-- How often an account has tried out channels within the hour is asked before each trial: of all that it has ever changed, nothing
-- else is looked at.
CREATE INDEX audit_log_trials ON audit_log (account, at) WHERE action = 'channel_tested';
