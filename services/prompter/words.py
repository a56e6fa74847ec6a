"""Texts for a prompt: times, places, and captured text made harmless. Pure."""

import hashlib
import re
import unicodedata
from collections.abc import Sequence

from shared.model.evidence import Box

MAX_TEXT = 160  # characters of one captured text
# Marks that turn the direction of text, and signs that nobody can see; hidden orders are written in the latter.
_UNSEEN = frozenset(
    "\u061c\u200e\u200f\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069\u200b\u200c\u200d\ufeff"
    "\u034f\u115f\u1160\u17b4\u17b5\u180b\u180c\u180d\u180e\u2800\u3164\uffa0"
)
_SELECTORS = ((0xFE00, 0xFE0F), (0xE0100, 0xE01EF), (0xE0000, 0xE007F))  # variations of a sign, and tags
_OWN_TAG = re.compile(r"<\s*(/?)\s*recording\b", re.IGNORECASE)


def clean(text: str, limit: int = MAX_TEXT) -> str:
    """One line without control, bidirectional and invisible characters, cut to `limit`."""
    visible = (" " if ch.isspace() else ch for ch in text if not _hidden(ch))
    line = _OWN_TAG.sub(r"‹\1recording", " ".join("".join(visible).split()))
    return line if len(line) <= limit else f"{line[: limit - 1]}…"


def clean_block(text: str, limit: int = 2000) -> str:
    """Like `clean`, with line breaks kept."""
    return "\n".join(clean(line, limit) for line in text.splitlines()).strip()


def quoted(text: str) -> str:
    """In double quotes that the text cannot end."""
    return '"' + clean(text).replace("\\", "\\\\").replace('"', '\\"') + '"'


def clock(ms: float) -> str:
    """`mm:ss.mmm` of video time."""
    whole = round(ms)
    return f"{whole // 60000:02d}:{whole // 1000 % 60:02d}.{whole % 1000:03d}"


def place(box: Box) -> str:
    """Where on the screen, in words: `top right`."""
    x, y = box.x + box.width / 2, box.y + box.height / 2
    down = "top" if y < 1 / 3 else "bottom" if y > 2 / 3 else "middle"
    across = "left" if x < 1 / 3 else "right" if x > 2 / 3 else "centre"
    return f"{down} {across}"


def region(boxes: Sequence[Box]) -> str:
    """How much of the screen changed, and where."""
    if not boxes:
        return ""
    share = min(1.0, sum(box.width * box.height for box in boxes))
    left, top = min(box.x for box in boxes), min(box.y for box in boxes)
    right, bottom = max(box.x + box.width for box in boxes), max(box.y + box.height for box in boxes)
    around = Box(x=left, y=top, width=right - left, height=bottom - top)
    if share > 0.6:
        return "most of the screen"
    amount = f"{share:.0%}" if share >= 0.01 else "under 1%"
    return f"{amount} of the screen, {place(around)}"


def fence(text: str) -> str:
    """Backticks enough that no run of them in the text can end what they enclose."""
    longest = max((len(run) for run in re.findall("`+", text)), default=0)
    return "`" * max(4, longest + 1)


def tokens(text: str) -> int:
    """About how many tokens a model takes it for, rather too many: a token is 3.5 bytes of such mixed text."""
    return -(-len(text.encode()) * 2 // 7)


def boundary(seed: str, text: str) -> str:
    """A mark that `text` does not contain, the same for the same input."""
    count = 0
    while True:
        mark = hashlib.sha256(f"{seed}\x1f{count}".encode()).hexdigest()[:12].upper()
        if mark not in text:
            return mark
        count += 1


def _hidden(ch: str) -> bool:
    if ch in _UNSEEN or any(first <= ord(ch) <= last for first, last in _SELECTORS):
        return True
    return unicodedata.category(ch) in {"Cc", "Cf", "Co", "Cs", "Cn"} and not ch.isspace()
