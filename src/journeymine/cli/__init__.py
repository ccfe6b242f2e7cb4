"""The command line: files come in; findings, a report or an account of rows go out."""

from journeymine.cli.main import app

__all__ = ["app"]
