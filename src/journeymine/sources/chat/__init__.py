"""Exports of chat systems in, logs with channel ``chat`` out: one event a conversation, or one a message."""
