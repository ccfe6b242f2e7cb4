"""Plain lists and graphs come in; axes go out. Nothing here knows an analysis."""
