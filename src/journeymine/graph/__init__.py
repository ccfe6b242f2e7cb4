"""A summary comes in; the journey graph, what networkx reads off it, and process models go out."""
