"""Merging the lanes: what the frames show, named as the page names it."""

from services.analysis.merge.merge import Views, merge

__all__ = ["Views", "merge"]
