-- An answer that is given again is the one that came, to the character: jsonb keeps neither the order of names, nor repeated
-- ones, nor how numbers were written, nor the character zero. Written and read whole, like all that people's data goes into.
ALTER TABLE prompt_answers ALTER COLUMN answer TYPE text USING answer::text, ALTER COLUMN usage TYPE text USING usage::text;
