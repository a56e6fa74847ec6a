"""What a line of text looks like: its ink, colours, size, weight, underline. Pixels in, numbers out."""

from dataclasses import dataclass
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from services.analysis.vision.ocr import Image
from services.analysis.vision.regions import Rect, shift

Mask = NDArray[np.bool_]
INK = 0.4  # of the way from the background to the strongest ink
TALL = frozenset("bdfhkltijABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789()[]{}/\\|@#&%$€£!?\"'“”’‘*")
DEEP = frozenset("gjpqyJQ,;()[]{}|@§")  # J, Q and commas only in some fonts: taking them as deep errs towards small
CAP_HEIGHT, X_HEIGHT, DESCENT = 0.73, 0.54, 0.21  # of the font size; nearly the same in all sans-serif UI fonts


class Colour(NamedTuple):
    r: int
    g: int
    b: int


@dataclass(frozen=True)
class Ink:
    """`stroke` is the mean horizontal run of ink in font sizes: about 0.11 regular, from 0.15 bold."""

    colour: Colour
    background: Colour
    font_px: float
    stroke: float
    underlined: bool


def inspect(image: Image, loose: Rect, text: str) -> tuple[Rect, Ink]:
    """The tight rectangle and the looks of the text that a detector found inside `loose`."""
    crop = image[loose.y0 : loose.y1, loose.x0 : loose.x1]
    background, strength = _strength(crop)
    mask = strength > INK
    tight, underlined = _extent(mask, deep=any(char in DEEP for char in text))
    core = strength[tight.y0 : tight.y1, tight.x0 : tight.x1]
    font_px = font_size(text, tight.height)
    ink = Ink(_ink_colour(crop, strength, tight), background, font_px, _stroke(core) / font_px, underlined)
    return shift(tight, loose.x0, loose.y0), ink


def ink_rows(crop: Image) -> tuple[int, int]:
    """First and one past the last row of the text in a loose crop."""
    _, strength = _strength(crop)
    extent, _ = _extent(strength > INK, deep=True)
    return extent.y0, extent.y1


def font_size(text: str, height: int) -> float:
    """The font size in pixels that gives ink of this height, from the letters that reach up and down."""
    up = CAP_HEIGHT if any(char in TALL for char in text) else X_HEIGHT
    down = DESCENT if any(char in DEEP for char in text) else 0.0
    return max(4.0, height / (up + down))


def without_caret(crop: Image) -> Image:
    """The crop with a text caret painted over; that thin bar, higher than the letters, spoils their reading."""
    background, strength = _strength(crop)
    mask = strength > INK
    runs = mask.sum(axis=0)
    x = _last_column(mask)
    if x is None or runs[x] < 14 or not _solid(mask[:, x]):
        return crop
    bar = slice(max(0, x - 1), x + 2)
    rest = mask.copy()
    rest[:, bar] = False
    thin = runs[bar].sum() < 2.6 * runs[x]
    # Only at the end of the text: elsewhere the stem of a letter is too much like it.
    if thin and rest.any() and runs[x] >= _extent(rest, deep=True)[0].height + 2:
        return _painted(crop, bar, background)
    return crop


def luma(colour: Colour) -> float:
    return 0.299 * colour.r + 0.587 * colour.g + 0.114 * colour.b


def chroma(colour: Colour) -> int:
    return max(colour) - min(colour)


def distance(a: Colour, b: Colour) -> int:
    """The largest difference of a channel, 0..255."""
    return max(abs(a.r - b.r), abs(a.g - b.g), abs(a.b - b.b))


def contrast(a: Colour, b: Colour) -> float:
    """WCAG contrast ratio, 1..21."""
    bright, dark = sorted((_luminance(a), _luminance(b)), reverse=True)
    return (bright + 0.05) / (dark + 0.05)


def mean_colour(pixels: NDArray[Any]) -> Colour:
    """The median of each channel over any number of RGB pixels."""
    r, g, b = np.median(pixels.reshape(-1, 3), axis=0)
    return Colour(int(r), int(g), int(b))


def _luminance(colour: Colour) -> float:
    linear = [c / 255 / 12.92 if c <= 10 else ((c / 255 + 0.055) / 1.055) ** 2.4 for c in colour]
    return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]


def _strength(crop: Image) -> tuple[Colour, NDArray[np.float32]]:
    """The background colour and, per pixel, how far it is from it: 0 background, 1 the strongest ink."""
    middle = crop[crop.shape[0] // 5 : max(1, crop.shape[0] - crop.shape[0] // 5)]
    background = _mode(middle)
    away = np.abs(crop.astype(np.int16) - np.array(background, np.int16)).max(axis=2).astype(np.float32)
    rows = slice(crop.shape[0] // 5, max(1, crop.shape[0] - crop.shape[0] // 5))
    top = max(24.0, float(np.percentile(away[rows], 98)))
    return background, np.minimum(away / top, 1.0)


def _mode(pixels: Image) -> Colour:
    """The commonest colour, in steps of 16 and then exactly."""
    flat = pixels.reshape(-1, 3)
    keys = (flat[:, 0] >> 4).astype(np.int32) << 8 | (flat[:, 1] >> 4).astype(np.int32) << 4 | flat[:, 2] >> 4
    commonest = np.bincount(keys).argmax()
    return mean_colour(flat[keys == commonest])


def _extent(mask: Mask, *, deep: bool) -> tuple[Rect, bool]:
    """Bounds of the ink without what belongs to the neighbours at the rim (borders of boxes), and the underline."""
    height, width = mask.shape
    inner = mask[:, 2 : width - 2] if width > 8 else mask
    rows = _runs(inner.any(axis=1))
    band = [run for run in rows if run[1] > height * 0.22 and run[0] < height * 0.78] or [(0, height)]
    band, underlined = _without_underline(band, inner, deep=deep)
    y0, y1 = band[0][0], band[-1][1]
    columns = np.flatnonzero(mask[y0:y1].any(axis=0))
    left, right = _side_bars(mask[y0:y1], columns)
    return Rect(left, y0, max(left + 1, right), y1), underlined


def _without_underline(
    band: list[tuple[int, int]], mask: Mask, *, deep: bool
) -> tuple[list[tuple[int, int]], bool]:
    """An underline is a thin row of ink with next to none above it, and below it only letters that reach deep."""
    y0, y1 = band[0][0], band[-1][1]
    columns = np.flatnonzero(mask[y0:y1].any(axis=0))
    if not columns.size:
        return band, False
    cover = mask[y0:y1].sum(axis=1) / (columns[-1] - columns[0] + 1)
    for y in range(y1 - 1, max(y0 + 4, y1 - 7), -1):
        full, above, below = cover[y - y0] >= 0.78, cover[max(0, y - y0 - 3) : y - y0], cover[y - y0 + 2 :]
        if full and columns.size >= 14 and above.min() <= 0.35 and (below < (0.4 if deep else 0.05)).all():
            kept = [(a, min(b, y)) for a, b in band if a < y]
            return kept or band, bool(kept)
    return band, False


def _side_bars(mask: Mask, columns: NDArray[np.intp]) -> tuple[int, int]:
    """First and one past the last column of ink; full-height bars at the very rim belong to a box."""
    if not columns.size:
        return 0, mask.shape[1]
    runs = _runs(mask.any(axis=0))
    full = [mask[:, a:b].mean() > 0.9 and b - a <= 3 for a, b in runs]
    if len(runs) > 1 and full[0] and runs[0][0] <= 2 and runs[1][0] - runs[0][1] >= 3:
        runs = runs[1:]
    if len(runs) > 1 and full[-1] and runs[-1][1] >= mask.shape[1] - 2 and runs[-1][0] - runs[-2][1] >= 3:
        runs = runs[:-1]
    return runs[0][0], runs[-1][1]


def _runs(flags: Any) -> list[tuple[int, int]]:
    edges = np.flatnonzero(np.diff(np.concatenate(([False], flags, [False])).astype(np.int8)))
    return [(int(a), int(b)) for a, b in zip(edges[::2], edges[1::2], strict=True)]


def _last_column(mask: Mask) -> int | None:
    """The rightmost column with a high bar of ink, when nothing but the rim of a box follows."""
    rows = mask.shape[0] // 6
    columns = np.flatnonzero(mask[rows : mask.shape[0] - rows, : max(1, mask.shape[1] - 3)].any(axis=0))
    return int(columns[-1]) if columns.size else None


def _solid(column: NDArray[np.bool_]) -> bool:
    rows = np.flatnonzero(column)
    return bool(rows[-1] - rows[0] + 1 == rows.size)


def _painted(crop: Image, columns: slice, background: Colour) -> Image:
    clean = crop.copy()
    clean[:, columns] = background
    return clean


def _ink_colour(crop: Image, strength: NDArray[np.float32], tight: Rect) -> Colour:
    window = (slice(tight.y0, tight.y1), slice(tight.x0, tight.x1))
    strong = crop[window][strength[window] > 0.85]
    return mean_colour(strong if strong.size else crop[window])


def _stroke(strength: NDArray[np.float32]) -> float:
    """Mean horizontal run of ink in pixels; soft edges count by their strength."""
    solid = strength > INK
    starts = int((solid[:, 1:] & ~solid[:, :-1]).sum() + solid[:, 0].sum())
    return float(strength[strength > 0.15].sum()) / starts if starts else 0.0
