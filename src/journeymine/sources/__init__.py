"""Raw exports come in; logs go out, with every row accounted for. One module a format, one folder a channel."""
