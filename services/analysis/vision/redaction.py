"""Secrets on the screen: the texts without them, and the pixels to paint over. Pure.

A secret may need its surroundings to be known as one (the label beside it), may be wrapped over several lines, and
may stand in a field whose label says that its content is nobody's business. So lines are looked at alone, with what
follows below and with what stands in their row.
"""

import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field, replace

import numpy as np

from services.analysis.vision.lines import TextLine
from services.analysis.vision.ocr import Image
from services.analysis.vision.regions import Rect, clip, contains, pad, same_span
from services.analysis.vision.scene import Draft
from shared.model.evidence import FIELD_ROLES
from shared.model.secrets import Kind, marker, mask, names_a_secret, spans_in

_DOTS = frozenset("•●·*. ")
_PAINT = (118, 118, 118)
_SLACK = 1.5  # characters to either side: letters are not all of one width
_DRIFT = 0.12  # more of them for each character from the nearer end of the line: narrow letters gather on one side
_SHORTEST = 4  # a shorter piece of a secret would be found in ordinary words too
_FULL = 4.0  # font sizes from the right end of a column up to which a line is full
_CONTINUED = re.compile(r"[A-Za-z0-9+/_=.-]{6,}")


@dataclass(frozen=True)
class Redaction:
    """`found`: each secret once, by its kind and text; it is for counting and never leaves this process."""

    drafts: tuple[Draft, ...]
    rects: tuple[Rect, ...] = ()
    found: frozenset[tuple[Kind, str]] = field(default=frozenset(), repr=False)


def redact(drafts: Sequence[Draft], lines: Sequence[TextLine]) -> Redaction:
    """`lines` are all lines of the frame, those inside the drafts among them."""
    pieces = list(_pieces(lines))
    rects = [piece.rect for piece in pieces]
    found = {(piece.kind, piece.text) for piece in pieces}
    clean = []
    for draft in drafts:
        told = _without(draft, pieces)
        if _hides_its_value(draft):
            rects += [line.rect for line in lines if contains(draft.rect, line.rect, 2)]
            found.add(("password", draft.value or ""))
            told = replace(told, value=marker("password"))
        clean.append(told)
    return Redaction(tuple(clean), tuple(dict.fromkeys(rects)), frozenset(found))


def painted(image: Image, rects: Iterable[Rect]) -> Image:
    """The picture with the rectangles filled; the very same one when there are none."""
    rects = list(rects)
    if not rects:
        return image
    covered = np.array(image)
    for rect in rects:
        x0, y0, x1, y1 = clip(pad(rect, 2, 2), image.shape[1], image.shape[0])
        covered[y0:y1, x0:x1] = _PAINT
    return covered


@dataclass(frozen=True)
class _Piece:
    """What of one line is secret."""

    kind: Kind
    text: str
    rect: Rect


def _hides_its_value(draft: Draft) -> bool:
    shown = set(draft.value or "") - _DOTS
    return draft.role in FIELD_ROLES and bool(shown) and names_a_secret(draft.name)


def _without(draft: Draft, pieces: Sequence[_Piece]) -> Draft:
    return replace(
        draft, name=_masked(draft.name, pieces), value=None if draft.value is None else _masked(draft.value, pieces)
    )


def _masked(text: str, pieces: Sequence[_Piece]) -> str:
    for piece in pieces:
        if len(piece.text) >= _SHORTEST:
            text = text.replace(piece.text, marker(piece.kind))
    return mask(text).text


def _pieces(lines: Sequence[TextLine]) -> Iterator[_Piece]:
    for group in (*_columns(lines), *_rows(lines)):
        yield from _in_group(group, "\n")
    for row in _rows(lines):
        yield from _in_group(row, " ")
    for wrapped in _wrapped(lines):
        yield from (piece for piece in _in_group(wrapped, "") if piece.kind != "password")


def _in_group(group: Sequence[TextLine], gap: str) -> Iterator[_Piece]:
    """The secrets of some lines read one after the other, cut into the lines that they stand in."""
    for number, (line, found) in enumerate(zip(group, spans_in([line.text for line in group], gap), strict=True)):
        for span in found:
            yield _piece(line, span.start, span.end, span.kind)
            if span.end == len(line.text) and gap == "\n":
                yield from _continued(group[number + 1 :], line.text[span.start : span.end], span.kind)


def _continued(below: Sequence[TextLine], text: str, kind: Kind) -> Iterator[_Piece]:
    """A long key that goes on in the next lines; a password is never so long."""
    if len(text) < 20:
        return
    for line in below:
        if not _CONTINUED.fullmatch(line.text) or line.text.isalpha():
            return
        yield _piece(line, 0, len(line.text), kind)


def _piece(line: TextLine, start: int, end: int, kind: Kind) -> _Piece:
    width = line.rect.width / max(1, len(line.text))
    size = len(line.text)
    before, after = _SLACK + _DRIFT * min(start, size - start), _SLACK + _DRIFT * min(end, size - end)
    x0 = line.rect.x0 + max(0.0, start - before) * width if start else line.rect.x0
    x1 = line.rect.x0 + min(float(size), end + after) * width if end < size else line.rect.x1
    return _Piece(kind, line.text[start:end], line.rect._replace(x0=int(x0), x1=int(x1) + 1))


def _columns(lines: Sequence[TextLine]) -> list[list[TextLine]]:
    """Lines below each other that begin at the same x; every line is in one of them."""
    columns: list[list[TextLine]] = []
    for line in sorted(lines, key=lambda line: (line.rect.y0, line.rect.x0)):
        above = next((column for column in reversed(columns) if _goes_on(column[-1], line)), None)
        if above is None:
            columns.append([line])
        else:
            above.append(line)
    return columns


def _wrapped(lines: Sequence[TextLine]) -> Iterator[list[TextLine]]:
    """Lines that were broken where the column ended, in the middle of a word for all we know."""
    for column in _columns(lines):
        edge = max(line.rect.x1 for line in column)
        group: list[TextLine] = []
        for line in column:
            group.append(line)
            if line.rect.x1 < edge - _FULL * line.ink.font_px:
                if len(group) > 1:
                    yield group
                group = []
        if len(group) > 1:
            yield group


def _goes_on(last: TextLine, line: TextLine) -> bool:
    size = max(last.ink.font_px, line.ink.font_px)
    return abs(last.rect.x0 - line.rect.x0) <= 0.6 * size and 0 < line.rect.cy - last.rect.cy <= 2.6 * size


def _rows(lines: Sequence[TextLine]) -> list[list[TextLine]]:
    """Lines beside each other, close enough to be a label and what it names; single ones are left out."""
    rows: list[list[TextLine]] = []
    for line in sorted(lines, key=lambda line: (line.rect.x0, line.rect.y0)):
        left = next((row for row in rows if _beside(row[-1], line)), None)
        if left is None:
            rows.append([line])
        else:
            left.append(line)
    return [row for row in rows if len(row) > 1]


def _beside(last: TextLine, line: TextLine) -> bool:
    gap = line.rect.x0 - last.rect.x1
    return same_span(last.rect, line.rect) and -2 <= gap <= 12 * line.ink.font_px
