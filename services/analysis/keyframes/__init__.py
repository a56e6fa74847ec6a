"""Key frames: one picture per settled state of a recorded interface. See docs/keyframes.md."""

from services.analysis.keyframes.album import Album
from services.analysis.keyframes.extract import Extraction, KeyFrame, Limits, extract

__all__ = ["Album", "Extraction", "KeyFrame", "Limits", "extract"]
