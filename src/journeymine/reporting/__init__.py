"""Results come in; one self-contained page, or the same as JSON, goes out."""
