"""Mailboxes and exports of mail systems in, logs with channel ``mail`` out: one event a message."""
