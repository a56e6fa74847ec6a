"""The local vision provider: elements of frames by OCR and classic image rules."""

from services.analysis.vision.provider import FrameInput, LocalVision, Sight

__all__ = ["FrameInput", "LocalVision", "Sight"]
