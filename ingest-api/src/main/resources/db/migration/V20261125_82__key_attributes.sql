-- Which attributes tell team, user and tags in what is sent with a key, before those that the operator has set.
CREATE TABLE key_attributes (
    key_id     text PRIMARY KEY REFERENCES api_keys ON DELETE CASCADE,
    account    text NOT NULL,
    attributes text[] NOT NULL CHECK (cardinality(attributes) <= 50),
    changed_at timestamptz NOT NULL
);
COMMENT ON COLUMN key_attributes.account IS 'That of the key';
COMMENT ON COLUMN key_attributes.attributes IS 'Entries such as team=app.squad; the first of a target is looked at first';
SELECT pm_protect('key_attributes', $$account = ANY ((SELECT pm_accounts())::text[])$$);
