"""The local vision provider: frames in, elements out, reading only what changed. The shell round the pure rules."""

import time
from collections.abc import Iterable, Iterator
from dataclasses import dataclass

import numpy as np

from services.analysis.vision.controls import Control, find_controls
from services.analysis.vision.lines import TextLine, carried
from services.analysis.vision.ocr import Image, Ocr
from services.analysis.vision.reading import plan, read_regions
from services.analysis.vision.regions import from_box, share
from services.analysis.vision.roles import describe, elements
from services.analysis.vision.scene import Draft, Scene
from services.analysis.vision.shapes import edges, find_shapes, is_badge, is_dimmed
from shared.model.evidence import Box, FrameElements


@dataclass(frozen=True)
class FrameInput:
    """A kept frame: RGB pixels (height x width x 3, uint8), and what changed since the frame before (fractions)."""

    frame_id: str
    image: Image
    changed_boxes: tuple[Box, ...] = ()


@dataclass(frozen=True)
class _Seen:
    """What is remembered of the frame before."""

    image: Image
    lines: tuple[TextLine, ...]
    controls: tuple[Control, ...]
    drafts: tuple[Draft, ...]


class LocalVision:
    """OCR and classic image rules on the CPU: no key, no network. Not for use from several threads at once."""

    def __init__(self, *, threads: int = 2) -> None:
        self._ocr = Ocr(threads)

    def read(self, frames: Iterable[FrameInput]) -> Iterator[FrameElements]:
        """Lazily, in the order given: the elements of each frame. Raises ValueError for other than RGB uint8."""
        seen: _Seen | None = None
        for frame in frames:
            started = time.perf_counter()
            seen, covered = self._look(frame, seen)
            height, width = frame.image.shape[:2]
            yield FrameElements(
                frame_id=frame.frame_id,
                elements=elements(seen.drafts, width, height),
                ocr_ms=round((time.perf_counter() - started) * 1000, 1),
                ocr_share=covered,
            )

    def warm_up(self) -> None:
        """Load the models before they are needed; may run beside everything else."""
        self._ocr.warm_up()

    def close(self) -> None:
        """Frees the models; a later `read` loads them again."""
        self._ocr.close()

    def _look(self, frame: FrameInput, seen: _Seen | None) -> tuple[_Seen, float]:
        image = _checked(frame)
        height, width = image.shape[:2]
        if seen is not None and seen.image.shape != image.shape:
            seen = None
        changed = tuple(from_box(box, width, height) for box in frame.changed_boxes)
        old = (seen.image, seen.lines) if seen else None
        regions = plan(image, old, changed)
        walls = edges(image)
        controls = find_controls(image, walls, seen.controls if seen else ())
        shapes = find_shapes(image, walls)
        kept = carried(seen.lines if seen else (), regions)
        cuts = (*(control.rect for control in controls), *(shape.rect for shape in shapes if is_badge(shape)))
        lines = (*kept, *read_regions(self._ocr, image, regions, [line.rect for line in kept], cuts))
        scene = Scene(
            width=width,
            height=height,
            lines=lines,
            shapes=shapes,
            controls=controls,
            before=seen.drafts if seen else (),
            changed=changed if seen else (),
            dimmed=is_dimmed(image, shapes),
        )
        return _Seen(image, lines, controls, describe(scene)), round(share(regions, width, height), 4)


def _checked(frame: FrameInput) -> Image:
    image = frame.image
    if image.ndim != 3 or image.shape[2] != 3 or image.dtype != np.uint8:
        raise ValueError(f"frame {frame.frame_id}: expected RGB uint8 of height x width x 3, got {image.shape}")
    return image
