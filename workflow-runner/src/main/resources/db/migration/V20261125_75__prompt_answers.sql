-- Answers that accounts have paid for, to be given again where a prompt asks for that.
CREATE TABLE prompt_answers (
    account     text NOT NULL,
    fingerprint text NOT NULL CHECK (length(fingerprint) = 64),
    answer      jsonb NOT NULL,
    usage       jsonb NOT NULL,
    created_at  timestamptz NOT NULL,
    expires_at  timestamptz NOT NULL,
    PRIMARY KEY (account, fingerprint)
);
CREATE INDEX prompt_answers_expired ON prompt_answers (expires_at);

SELECT pm_protect('prompt_answers', $$account = ANY ((SELECT pm_accounts())::text[])$$);
