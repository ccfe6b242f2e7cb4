"""A log comes in; counts that add up over customers go out, and what is computed from them for every analysis."""
