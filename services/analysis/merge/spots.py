"""Where the nodes of a page lie in a frame, and how they look there beside the page's own picture. Pure."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from functools import cached_property

from services.analysis.merge.hanging import hangs
from services.analysis.merge.pages import Candidate
from services.analysis.merge.placing import inside, lowered, offsets, rows
from services.analysis.merge.views import NOTHING, Grey, Likeness, PageView, View, is_turned, likeness, turned
from shared.model.evidence import FIELD_ROLES, Box, Element, PageNode
from shared.model.tree import area

_SAME_LOOKS = 0.9  # correlation from which a thing is in the state that the page was read in
THERE = 0.3  # from which something that was read there is at the node's place
_QUIET = 6.0  # of 255: mean difference of what shows the same
ASIDE = 0.01  # of the screen
_LARGEST = 0.5  # of the frame: larger things are grounds, whose looks say nothing


@dataclass(frozen=True)
class Sheet:
    """One page as a frame could show it."""

    candidates: Sequence[Candidate]
    view: PageView | None = None


@dataclass(frozen=True)
class Spot:
    """A node at the place where this frame shows it, or would."""

    candidate: Candidate
    box: Box | None
    looks: Likeness = NOTHING
    placed: bool = False  # texts around it tell where it is
    opened: bool = False  # a menu hangs from it
    selected: bool | None = None  # of a tab, where the page has another one selected than the frame


@dataclass(frozen=True)
class Spots:
    """All nodes of a sheet in one frame."""

    elements: Sequence[Element]
    sheet: Sheet
    view: View | None

    @property
    def found(self) -> list[Spot]:
        ways = offsets(self.elements, self.sheet.candidates)
        own = rows(self.elements, self.sheet.candidates)
        return [
            Spot(c, None) if n in own and own[n] is None else self._spot(c, ways, own.get(n))
            for n, c in enumerate(self.sheet.candidates)
        ]

    @cached_property
    def _page(self) -> Grey | None:
        if self.view is None or self.sheet.view is None:
            return None
        page = self.sheet.view.at_scale_of(self.view)
        return turned(page) if is_turned(self.view.grey, page) else page

    def _spot(self, candidate: Candidate, ways: tuple[float, ...], row: float | None) -> Spot:
        """`row`: by how much its row lies lower, if that is known."""
        box, source = candidate.box, candidate.source
        if box is None:
            return Spot(candidate, box)
        # Where it is in the page is worth a look in any case: too little may have been read to tell more.
        ways = ways if row is None else (row,)
        tried = dict.fromkeys((*ways, 0.0)) if row is None else ways
        places = [lowered(box, way) for way in tried if inside(lowered(box, way)) >= 0.5]
        if not places or source is None or self.view is None or self._page is None or area(box) > _LARGEST:
            return Spot(candidate, places[0] if places else box if not ways else None)
        looks = [(likeness(self.view.grey, place, self._page, source), place) for place in places]
        best, place = max(looks, key=lambda pair: pair[0].pattern)
        return Spot(candidate, place, best, placed=any(place == lowered(box, way) for way in ways))


def unchanged(looks: Likeness) -> bool:
    """Whether it is in the state that the page was read in."""
    return looks.pattern >= _SAME_LOOKS and looks.off < _QUIET


def opened(spots: Sequence[Spot], open_menus: Sequence[Box]) -> list[Spot]:
    """The spots, those of which a menu hangs that the page has closed marked so: the nearest one each."""
    hanging = set()
    for menu in open_menus:
        near = [
            (gap, n)
            for n, spot in enumerate(spots)
            if _opens(spot.candidate.node) and (gap := hangs(menu, spot.box)) is not None
        ]
        hanging |= {min(near)[1]} if near else set()
    return [replace(spot, opened=True) if n in hanging else spot for n, spot in enumerate(spots)]


def reselected(spots: Sequence[Spot]) -> list[Spot]:
    """The spots, with the selection where it went: two tabs of a row have other looks than in the page."""
    tabs = [n for n, spot in enumerate(spots) if spot.candidate.node.role == "tab" and spot.looks is not NOTHING]
    found = list(spots)
    for was in (n for n in tabs if "selected" in spots[n].candidate.node.state):
        others = [n for n in tabs if n != was and _in_line(spots[n].box, spots[was].box)]
        now = [n for n in others if _differs(spots[n].looks)]
        if _differs(spots[was].looks) and len(now) == 1 and len(others) > 1:
            found[was] = replace(spots[was], selected=False)
            found[now[0]] = replace(spots[now[0]], selected=True)
    return found


def _in_line(one: Box | None, other: Box | None) -> bool:
    """Side by side or one below the other, as the tabs of one list are."""
    if one is None or other is None:
        return False
    return abs(one.y - other.y) <= ASIDE or abs(one.x - other.x) <= ASIDE


def _differs(looks: Likeness) -> bool:
    return THERE <= looks.pattern < _SAME_LOOKS


def _opens(node: PageNode) -> bool:
    return "collapsed" in node.state and node.role not in FIELD_ROLES
