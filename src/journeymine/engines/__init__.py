"""The same summaries beyond memory and beyond one machine: sources or a folder arrive, a summary leaves."""

from journeymine.engines import spark as spark
