"""Exports of chat systems and help desks in; logs out: one event a conversation, a message or a step of a ticket."""
