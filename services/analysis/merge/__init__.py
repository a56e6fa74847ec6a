"""Merging the lanes: what the frames show, named as the page names it."""

from services.analysis.merge.merge import merge

__all__ = ["merge"]
