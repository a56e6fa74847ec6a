"""What seems to have changed where the picture stood still: a misreading, a clock. It is not told. Pure."""

from collections.abc import Sequence

from shared.model.diff import ElementChange, FrameDiff
from shared.model.evidence import Box, Element
from shared.model.session import FrameRef

_MOST_BOXES = 16  # a frame has no more; with so many, small ones may be missing
_NEAR = 0.012  # of the screen: beside a box


def where_it_changed(
    changes: Sequence[FrameDiff], frames: Sequence[FrameRef], every: Sequence[str]
) -> list[FrameDiff]:
    """The changes of each frame, within its changed boxes.

    These hold against the frame before in `every`, the ids of all frames that were kept. Where somebody removed
    that one, and where there are none or too many boxes, all of it is told.
    """
    before = dict(zip(every[1:], every, strict=False))
    told = list(changes)
    for index in range(1, len(frames)):
        frame = frames[index]
        if 0 < len(frame.changed_boxes) < _MOST_BOXES and before.get(frame.id) == frames[index - 1].id:
            told[index] = _inside(changes[index], frame.changed_boxes)
    return told


def _inside(change: FrameDiff, boxes: Sequence[Box]) -> FrameDiff:
    def touched(element: Element) -> bool:
        return any(_touch(element.box, box) for box in boxes)

    return FrameDiff(
        added=tuple(filter(touched, change.added)),
        changed=tuple(c for c in change.changed if touched(c.before) or touched(c.after) or not _is_reading(c)),
        removed=tuple(filter(touched, change.removed)),
    )


def _is_reading(change: ElementChange) -> bool:
    """Whether it is about words alone: states are seen by looks, and some come with a faint change of colour."""
    return all(words.startswith("text ") for words in change.what)


def _touch(one: Box, other: Box) -> bool:
    across = one.x - _NEAR < other.x + other.width and other.x - _NEAR < one.x + one.width
    return across and one.y - _NEAR < other.y + other.height and other.y - _NEAR < one.y + one.height
