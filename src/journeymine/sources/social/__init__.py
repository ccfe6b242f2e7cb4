"""Posts, comments and replies of social networks."""
