"""Logs of web servers arrive; a log of page visits leaves: who, when, which kind of page."""
