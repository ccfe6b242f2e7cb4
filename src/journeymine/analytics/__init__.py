"""A log or a summary comes in; the answer to one question goes out: a table, a sentence and a picture."""
