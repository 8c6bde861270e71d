-- Which budgets block while they cannot be asked, and not only whether one does: a call that none of them covers passes.
ALTER TABLE fail_modes ADD COLUMN closed text;
COMMENT ON COLUMN fail_modes.closed IS
    'What each of them is on: JSON, as a check''s failClosed has it; null from a process of before, which knows only is_closed';
COMMENT ON COLUMN fail_modes.is_closed IS 'Whether there is one: for processes of before';
