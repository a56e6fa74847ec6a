"""The local vision provider: frames in, elements out, reading only what changed. The shell round the pure rules."""

import threading
import time
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from services.analysis.vision.controls import Control, find_controls
from services.analysis.vision.lines import TextLine, as_signs, carried, reading_order
from services.analysis.vision.ocr import Image, Ocr
from services.analysis.vision.overlays import bounds, dialog
from services.analysis.vision.reading import plan, read_regions
from services.analysis.vision.redaction import Redaction, painted, redact
from services.analysis.vision.regions import Rect, contains, from_box, intersects, merged, pad, share
from services.analysis.vision.roles import describe, elements
from services.analysis.vision.scene import Draft, Scene
from services.analysis.vision.shapes import Shape, edges, find_shapes, is_badge, is_dimmed
from services.analysis.vision.veil import Veil, differences, veil
from shared.model.evidence import Box, FrameElements
from shared.model.secrets import Kind

_REMEMBERED = 4


@dataclass(frozen=True)
class FrameInput:
    """A kept frame: RGB pixels (height x width x 3, uint8), and what changed since the frame before (fractions)."""

    frame_id: str
    image: Image
    changed_boxes: tuple[Box, ...] = ()


@dataclass(frozen=True)
class Sight:
    """A frame as it may be kept: its elements without secrets, and its pixels with the secrets painted over.

    `secrets` has each of them once, for counting; it must not be stored.
    """

    elements: FrameElements
    image: Image
    secrets: frozenset[tuple[Kind, str]]


@dataclass(frozen=True)
class _Seen:
    """What is remembered of the frame before."""

    image: Image
    lines: tuple[TextLine, ...]
    shapes: tuple[Shape, ...]
    controls: tuple[Control, ...]
    drafts: tuple[Draft, ...] = ()
    dialog: bool = False  # a dialog stands before it


@dataclass(frozen=True)
class _Drawn:
    """What is drawn in a frame beside its texts."""

    walls: NDArray[np.uint8]
    shapes: tuple[Shape, ...]

    @classmethod
    def of(cls, image: Image) -> "_Drawn":
        walls = edges(image)
        return cls(walls, find_shapes(image, walls))


class LocalVision:
    """OCR and classic image rules on the CPU: no key, no network. One frame at a time, whichever thread asks."""

    def __init__(self, *, threads: int = 2) -> None:
        self._ocr = Ocr(threads)
        self._looking = threading.Lock()

    def read(self, frames: Iterable[FrameInput]) -> Iterator[Sight]:
        """Lazily, in the order given: what each frame shows. Raises ValueError for other than RGB uint8."""
        pages: list[_Seen] = []  # the last frames without a dialog before them, the newest last
        opened: _Seen | None = None  # the frame before, if a dialog stands before it
        for frame in frames:
            started = time.perf_counter()
            with self._looking:  # of a stopped job the last frame may still be in work when the next one begins
                seen, covered = self._look(frame, pages, opened)
            opened = seen if seen.dialog else None
            if not seen.dialog:
                pages = [*pages, seen][-_REMEMBERED:]
            clean = redact(seen.drafts, seen.lines)
            yield _sight(frame, clean, covered, (time.perf_counter() - started) * 1000)

    def warm_up(self) -> None:
        """Load the models before they are needed; may run beside everything else."""
        self._ocr.warm_up()

    def close(self) -> None:
        """Frees the models; a later `read` loads them again."""
        self._ocr.close()

    def _look(self, frame: FrameInput, pages: Sequence[_Seen], opened: _Seen | None) -> tuple[_Seen, float]:
        image = _checked(frame)
        height, width = image.shape[:2]
        pages = [page for page in pages if page.image.shape == image.shape]
        drawn = _Drawn.of(image)
        boxes = [shape.rect for shape in drawn.shapes]
        veils = [(dimmed, known) for known in pages if (dimmed := veil(known.image, image, boxes)) is not None]
        if veils:
            dimmed, known = max(veils, key=lambda pair: pair[0].page)
            return self._dialog(frame, known, dimmed, drawn, opened)
        page, changed = _nearest(frame, pages)
        regions = plan(image, (page.image, page.lines) if page else None, changed)
        looks = self._looked(image, regions, page, drawn)
        scene = Scene(
            width=width,
            height=height,
            lines=looks.lines,
            shapes=looks.shapes,
            controls=looks.controls,
            before=page.drafts if page else (),
            changed=changed if page else (),
            dimmed=page is None and is_dimmed(image, looks.shapes),
        )
        return replace(looks, drafts=describe(scene)), round(share(regions, width, height), 4)

    def _looked(self, image: Image, regions: tuple[Rect, ...], page: _Seen | None, drawn: "_Drawn") -> _Seen:
        """Boxes, controls and lines of a frame; lines outside of the regions are those of before."""
        shapes = drawn.shapes
        controls = find_controls(image, drawn.walls, page.controls if page else ())
        kept = carried(page.lines if page else (), regions)
        cuts = (*(control.rect for control in controls), *(shape.rect for shape in shapes if is_badge(shape)))
        lines = as_signs((*kept, *read_regions(self._ocr, image, regions, [line.rect for line in kept], cuts)))
        return _Seen(image, lines, shapes, controls)

    def _dialog(
        self, frame: FrameInput, page: _Seen, dimmed: Veil, drawn: "_Drawn", opened: _Seen | None
    ) -> tuple[_Seen, float]:
        """A dialog before a dimmed page: it is read, the page behind is what it was.

        Of one that stood there in the frame before, only what changed is read.
        """
        image = frame.image
        height, width = image.shape[:2]
        shown = merged((dimmed.dialog, *dimmed.others))
        same = opened if opened is not None and opened.image.shape == image.shape else None
        regions = shown
        if same is not None:
            changed = (*differences(same.image, image), *_told(frame))
            regions = _within(plan(image, (same.image, same.lines), changed), shown)
        looks = self._looked(image, regions, same or page, drawn)
        edge = bounds(dimmed.dialog, looks.shapes)
        inside = Scene(
            width=width,
            height=height,
            lines=tuple(line for line in looks.lines if _centre_in(line.rect, edge)),
            shapes=tuple(shape for shape in looks.shapes if contains(edge, shape.rect) and shape.rect != edge),
            controls=tuple(control for control in looks.controls if contains(edge, control.rect)),
            before=tuple(draft for draft in same.drafts if _centre_in(draft.rect, edge)) if same else (),
        )
        around = Scene(
            width=width,
            height=height,
            lines=tuple(
                line for line in looks.lines if not _centre_in(line.rect, edge) and _is_new(line, page, edge)
            ),
        )
        behind = tuple(
            draft for draft in page.drafts if not any(_centre_in(draft.rect, r) for r in (edge, *dimmed.others))
        )
        drafts = (dialog(inside, edge), *describe(inside), *describe(around), *behind)
        ordered = tuple(drafts[index] for index in reading_order([draft.rect for draft in drafts]))
        return replace(looks, drafts=ordered, dialog=True), round(share(regions, width, height), 4)


def _nearest(frame: FrameInput, pages: Sequence[_Seen]) -> tuple[_Seen | None, tuple[Rect, ...]]:
    """The remembered frame that this one differs from least, and where: a state that came back was read before."""
    if not pages:
        return None, ()
    differing = [differences(page.image, frame.image) for page in pages]
    areas = [sum(rect.area for rect in rects) for rects in differing]
    best = min(range(len(pages)), key=lambda n: (areas[n], -n))
    return pages[best], (*differing[best], *_told(frame)) if best == len(pages) - 1 else differing[best]


def _told(frame: FrameInput) -> tuple[Rect, ...]:
    """What is known to have changed since the frame before, in pixels."""
    height, width = frame.image.shape[:2]
    return tuple(from_box(box, width, height) for box in frame.changed_boxes)


def _within(regions: Sequence[Rect], places: Sequence[Rect]) -> tuple[Rect, ...]:
    """What of the regions lies in those places."""
    both = (
        Rect(max(one.x0, other.x0), max(one.y0, other.y0), min(one.x1, other.x1), min(one.y1, other.y1))
        for one in regions
        for other in places
        if intersects(one, other)
    )
    return merged(tuple(both))


def _is_new(line: TextLine, page: _Seen, dialog: Rect) -> bool:
    """False for a line of the page, and for what the dialog leaves of one."""
    if line in page.lines:
        return False
    cut = intersects(pad(dialog, 2 * line.rect.height, line.rect.height), line.rect)
    return not (cut and any(intersects(line.rect, known.rect) for known in page.lines))


def _centre_in(rect: Rect, other: Rect) -> bool:
    return other.x0 <= rect.cx <= other.x1 and other.y0 <= rect.cy <= other.y1


def _sight(frame: FrameInput, clean: Redaction, covered: float, took_ms: float) -> Sight:
    height, width = frame.image.shape[:2]
    seen = FrameElements(
        frame_id=frame.frame_id,
        elements=elements(clean.drafts, width, height),
        ocr_ms=round(took_ms, 1),
        ocr_share=covered,
    )
    return Sight(seen, painted(frame.image, clean.rects), clean.found)


def _checked(frame: FrameInput) -> Image:
    image = frame.image
    if image.ndim != 3 or image.shape[2] != 3 or image.dtype != np.uint8:
        raise ValueError(f"frame {frame.frame_id}: expected RGB uint8 of height x width x 3, got {image.shape}")
    return image
