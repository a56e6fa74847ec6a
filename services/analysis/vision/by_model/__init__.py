"""The vision lane by a language model that sees: structured answers, bounded cost, no question paid for twice."""

from services.analysis.vision.by_model.access import Access
from services.analysis.vision.by_model.looking import ModelLook, ModelVision

__all__ = ["Access", "ModelLook", "ModelVision"]
