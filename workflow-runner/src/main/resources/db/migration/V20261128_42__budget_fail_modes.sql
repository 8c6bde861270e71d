-- In its place is fail_modes, one table for all who ask; it is learnt anew with each account's next answer.
DROP TABLE budget_fail_modes;
