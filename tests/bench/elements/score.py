"""How right elements, texts, differences and locators are, against the truth of the DOM. Pure."""

from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import Any, TypeVar

from services.analysis.merge.similarity import text_likeness
from shared.model.diff import FrameDiff
from shared.model.evidence import Element, FrameElements
from tests.bench.elements.truth import ROLES, Box, Thing, Truth, Words

T = TypeVar("T")
U = TypeVar("U")

IOU = 0.5
_SAME_ROW = 0.5  # share of the words in two rows that are the same
_LIKE = 0.8  # texts from which a difference is told of the same thing
# Words for plain text in markup: somebody who looks sees text.
_TEXT = frozenset(
    """
    blockquote caption cell code columnheader definition emphasis generic gridcell label legend listitem mark note
    option paragraph rowheader strong term text time
    """.split()  # noqa: SIM905  a list of words reads better
)
_FOLDED = str.maketrans(
    {"’": "'", "‘": "'", "“": '"', "”": '"', "–": "-", "—": "-", "−": "-", "…": "...", "\xa0": " "}
)
_SPOKEN = {"status", "alert"}
_REACH = 0.06  # of the screen: how far a label stands from the box of its field


@dataclass
class Tally:
    right: int = 0
    told: int = 0
    true: int = 0

    def __add__(self, other: "Tally") -> "Tally":
        return Tally(self.right + other.right, self.told + other.told, self.true + other.true)

    @property
    def precision(self) -> float:
        return self.right / self.told if self.told else 1.0

    @property
    def recall(self) -> float:
        return self.right / self.true if self.true else 1.0

    @property
    def f1(self) -> float:
        both = self.told + self.true
        return 2 * self.right / both if both else 1.0


@dataclass
class Score:
    """What adds up over pages. `errors` are wrong characters, of `characters`."""

    roles: dict[str, Tally] = field(default_factory=dict)
    changes: Tally = field(default_factory=Tally)
    errors: int = 0
    characters: int = 0
    locators: int = 0
    locators_right: int = 0
    states: int = 0
    states_seen: int = 0

    def __add__(self, other: "Score") -> "Score":
        roles = {
            name: self.roles.get(name, Tally()) + other.roles.get(name, Tally())
            for name in {*self.roles, *other.roles}
        }
        return Score(
            roles, self.changes + other.changes, self.errors + other.errors, self.characters + other.characters,
            self.locators + other.locators, self.locators_right + other.locators_right,
            self.states + other.states, self.states_seen + other.states_seen,
        )  # fmt: skip

    @property
    def elements(self) -> Tally:
        return sum(self.roles.values(), Tally())

    @property
    def cer(self) -> float:
        return self.errors / self.characters if self.characters else 0.0


def kind(role: str) -> str:
    """Our word for a role; "" for one that is not looked for."""
    return "text" if role in _TEXT else ROLES.get(role, "")


def elements(seen: Sequence[Element], truth: Truth) -> dict[str, Tally]:
    """Per role: same role, and boxes that overlap by half."""
    told = [e for e in seen if kind(e.role)]
    pairs = paired(told, truth.things, _same, IOU)
    found: dict[str, Tally] = {}
    for index, element in enumerate(told):
        role = truth.things[pairs[index]].role if index in pairs else kind(element.role)
        found.setdefault(role, Tally()).told += 1
    for number, thing in enumerate(truth.things):
        tally = found.setdefault(thing.role, Tally())
        tally.true += 1
        tally.right += number in pairs.values()
    return found


def _same(element: Element, thing: Thing) -> float:
    """What a page calls a status may be plain text to the eye; an alert need not look like one."""
    role = kind(element.role)
    if role != thing.role and not (thing.role in _SPOKEN and role in _SPOKEN | {"text"}):
        return 0.0
    return max(iou(box(element), place) for place in (thing.box, thing.words) if place is not None)


def wrong(seen: Sequence[Element], truth: Truth) -> list[str]:
    """What was missed and what was made up, in words."""
    told = [e for e in seen if kind(e.role)]
    pairs = paired(told, truth.things, _same, IOU)
    lines = [
        f"  made up  {kind(e.role):9} {e.name[:50]!r} {_at(box(e))}" for n, e in enumerate(told) if n not in pairs
    ]
    hit = set(pairs.values())
    return lines + [
        f"  missed   {t.role:9} {t.name[:50]!r} {_at(t.box)}" for n, t in enumerate(truth.things) if n not in hit
    ]


def characters(seen: Sequence[Element], words: Sequence[Words]) -> tuple[int, int]:
    """Wrong and all characters of what stands on the screen. Typographic signs count as their plain forms."""
    told = [(element, folded(" ".join(filter(None, (element.name, element.value))))) for element in seen]
    errors = 0
    for word in words:
        text = folded(word.text)
        near = [said for element, said in told if said and _near(box(element), word.box)]
        errors += min([len(text), *(distance_within(text, said) for said in near)])
    made_up = [said for e, said in told if said and not any(_near(box(e), w.box) for w in words)]
    return errors + sum(map(len, made_up)), sum(len(folded(word.text)) for word in words)


def misread(seen: Sequence[Element], words: Sequence[Words]) -> list[str]:
    told = [(element, folded(" ".join(filter(None, (element.name, element.value))))) for element in seen]
    lines = []
    for word in words:
        text = folded(word.text)
        near = [said for element, said in told if said and _near(box(element), word.box)]
        best = min([(len(text), ""), *((distance_within(text, said), said) for said in near)])
        if best[0]:
            lines.append(f"  {best[0]:3} of {len(text):3}  {text[:60]!r} read {best[1][:60]!r}")
    return lines


# --- differences ---


@dataclass(frozen=True)
class Change:
    """`how`: added, removed or changed."""

    how: str
    role: str
    name: str
    box: Box


def true_changes(before: Truth, after: Truth) -> list[Change]:
    """What is the same is told by its words first, then by its node, by the words in its row, and by its place.

    Pages make nodes anew without a change that anybody could see, and give old nodes other words. Of the many cells
    that say the same, those are the same whose rows are.
    """
    rows, after_rows = _rows(before.things), _rows(after.things)

    def identity(one: int, other: int) -> float:
        return _identity(before.things[one], after.things[other], _common(rows[one], after_rows[other]))

    same = paired(range(len(before.things)), range(len(after.things)), identity, 0.5)
    pairs = [(before.things[i], after.things[j]) for i, j in same.items()]
    changed = [Change("changed", a.role, a.name, a.box) for b, a in pairs if _looks(b) != _looks(a)]
    removed = [Change("removed", t.role, t.name, t.box) for n, t in enumerate(before.things) if n not in same]
    kept = set(same.values())
    return (
        changed
        + removed
        + [Change("added", t.role, t.name, t.box) for n, t in enumerate(after.things) if n not in kept]
    )


def _rows(things: Sequence[Thing]) -> list[frozenset[str]]:
    """For each thing the names of the others whose middles lie within its height."""
    return [
        frozenset(
            other.name for other in things if other is not thing and other.name and _beside(thing.box, other.box)
        )
        for thing in things
    ]


def _beside(one: Box, other: Box) -> bool:
    return one[1] <= (other[1] + other[3]) / 2 <= one[3] and other[1] <= (one[1] + one[3]) / 2 <= other[3]


def _common(one: frozenset[str], other: frozenset[str]) -> float:
    return len(one & other) / len(one | other) if one or other else 0.0


def _identity(one: Thing, other: Thing, row: float) -> float:
    if one.role != other.role:
        return 0.0
    place, node = iou(one.box, other.box), one.key == other.key
    if one.name == other.name:
        return 1.0 + 0.1 * place + 0.3 * node + 0.2 * row
    if node and place > 0:
        return 0.8 + 0.1 * place
    cell = row >= _SAME_ROW and _column(one.box, other.box) >= IOU
    return 0.5 + 0.2 * place if place >= IOU or cell else 0.0


def _column(one: Box, other: Box) -> float:
    shared = min(one[2], other[2]) - max(one[0], other[0])
    return max(0.0, shared) / (max(one[2], other[2]) - min(one[0], other[0]))


def _looks(thing: Thing) -> tuple[str, tuple[str, ...], str]:
    return thing.name, thing.state, thing.value


def told_changes(change: FrameDiff) -> list[Change]:
    found = [Change("added", kind(e.role), e.name, box(e)) for e in change.added]
    found += [Change("removed", kind(e.role), e.name, box(e)) for e in change.removed]
    found += [Change("changed", kind(c.after.role), c.after.name, box(c.after)) for c in change.changed]
    return [one for one in found if one.role]


def changes(told: Sequence[Change], true: Sequence[Change]) -> Tally:
    """The same happening to the same thing: its text is alike, or it stands at the same place in the same role."""
    return Tally(len(paired(told, true, _same_change, 0.5)), len(told), len(true))


def _same_change(one: Change, other: Change) -> float:
    if one.how != other.how:
        return 0.0
    text = text_likeness(one.name, other.name)
    place = iou(one.box, other.box)
    if text >= _LIKE and (place > 0 or _near(one.box, other.box)):
        return 0.6 + 0.2 * place + 0.2 * (one.role == other.role)
    return 0.5 + 0.1 * place if place >= IOU and one.role == other.role else 0.0


def wrong_changes(told: Sequence[Change], true: Sequence[Change]) -> list[str]:
    pairs = paired(told, true, _same_change, 0.5)
    hit = set(pairs.values())
    lines = [
        f"  not so   {c.how} {c.role} {c.name[:50]!r} {_at(c.box)}" for n, c in enumerate(told) if n not in pairs
    ]
    return lines + [
        f"  not told {c.how} {c.role} {c.name[:50]!r} {_at(c.box)}" for n, c in enumerate(true) if n not in hit
    ]


# --- geometry and texts ---


def box(element: Element) -> Box:
    b = element.box
    return b.x, b.y, b.x + b.width, b.y + b.height


def iou(one: Box, other: Box) -> float:
    width = min(one[2], other[2]) - max(one[0], other[0])
    height = min(one[3], other[3]) - max(one[1], other[1])
    shared = max(0.0, width) * max(0.0, height)
    both = _area(one) + _area(other) - shared
    return shared / both if both > 0 else 0.0


def _area(one: Box) -> float:
    return max(0.0, one[2] - one[0]) * max(0.0, one[3] - one[1])


def _near(one: Box, other: Box) -> bool:
    across = max(one[0], other[0]) - min(one[2], other[2])
    down = max(one[1], other[1]) - min(one[3], other[3])
    return across < 4 * _REACH and down < _REACH


def _at(one: Box) -> str:
    return f"({one[0]:.3f} {one[1]:.3f} {one[2] - one[0]:.3f} {one[3] - one[1]:.3f})"


def paired(left: Sequence[T], right: Sequence[U], score: Callable[[T, U], float], enough: float) -> dict[int, int]:
    """Indexes one to one, the best first."""
    scored = sorted(
        ((score(a, b), i, j) for i, a in enumerate(left) for j, b in enumerate(right)),
        key=lambda row: (-row[0], row[1]),
    )
    pairs: dict[int, int] = {}
    for points, i, j in scored:
        if points >= enough and i not in pairs and j not in pairs.values():
            pairs[i] = j
    return pairs


def folded(text: str) -> str:
    return " ".join(text.translate(_FOLDED).split())


def distance_within(text: str, said: str) -> int:
    """Edits that make `text` of the best fitting piece of `said`."""
    if text in said:
        return 0
    row: list[int] = [0] * (len(said) + 1)
    for i, one in enumerate(text, 1):
        above, row = row, [i]
        for j, other in enumerate(said, 1):
            row.append(min(above[j] + 1, row[-1] + 1, above[j - 1] + (one != other)))
    return min(row)


def counted(frames: Sequence[FrameElements]) -> Counter[Any]:
    return Counter(e.role for frame in frames for e in frame.elements)
