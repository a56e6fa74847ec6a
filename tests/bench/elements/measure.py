"""One page after the other: played, filmed, looked at, scored."""

import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from playwright.sync_api import Browser, Page, sync_playwright

from services.analysis.aria import BrowserSettings, find_browser
from services.analysis.vision import LocalVision
from shared.model.diff import diffs
from shared.model.evidence import FrameElements
from tests.bench.elements import score as s
from tests.bench.elements.locators import resolves
from tests.bench.elements.plain import Plain
from tests.bench.elements.scenario import Scenario, State, each_state, played, scenario
from tests.bench.elements.watched import Watched, film, served, watched

PAGES = Path(__file__).parent / "pages"
SETS = ("tuned", "reported")


@dataclass
class Result:
    """Of one page. Times in ms: the first frame, the others, and the same frames by plain OCR of everything."""

    name: str
    alone: s.Score
    merged: s.Score
    first_ms: float = 0.0
    rest_ms: list[float] = field(default_factory=list)
    shares: list[float] = field(default_factory=list)
    plain_ms: list[float] = field(default_factory=list)
    plain_errors: int = 0
    details: list[str] = field(default_factory=list)


def pages(which: str, only: str | None = None) -> list[Scenario]:
    return [scenario(p) for p in sorted((PAGES / which).glob("*.html")) if only is None or p.stem == only]


@contextmanager
def browser() -> Iterator[Browser]:
    executable = find_browser(BrowserSettings())
    with sync_playwright() as playwright:
        started = playwright.chromium.launch(executable_path=executable, args=["--no-sandbox", "--hide-scrollbars"])
        try:
            yield started
        finally:
            started.close()


def measured(told: Scenario, chromium: Browser, vision: LocalVision, *, details: bool = False) -> Result:
    with served(told.page.parent) as base, tempfile.TemporaryDirectory() as folder:
        url = f"{base}/{told.page.name}"
        states = played(chromium, url, told)
        seen = _apart(watched, film(Path(folder) / "film.webm", states), states, vision, url)
        result = Result(told.name, s.Score(), s.Score())
        frames = [(seen.alone, result.alone), (seen.merged.frames, result.merged)]
        for analysed, into in frames:
            _score(analysed, into, seen, states, result.details if details and into is result.merged else None)
        _locators(chromium, url, told, seen, result)
    times = [frame.ocr_ms for frame in seen.alone]
    result.first_ms, result.rest_ms = times[0], times[1:]
    result.shares = [frame.ocr_share for frame in seen.alone[1:]]
    _plainly(seen, states, result)
    return result


def _apart(call: Any, *arguments: Any) -> Any:
    """In a thread of its own: Playwright's synchronous side keeps a running loop in this one."""
    from concurrent.futures import ThreadPoolExecutor

    with ThreadPoolExecutor(1) as elsewhere:
        return elsewhere.submit(call, *arguments).result()


def _score(
    analysed: tuple[FrameElements, ...],
    into: s.Score,
    seen: Watched,
    states: tuple[State, ...],
    words: list[str] | None,
) -> None:
    into.states = len(states)
    into.states_seen = sum(index is not None for index in seen.states)
    before: tuple[int, State] | None = None
    for index, state in zip(seen.states, states, strict=True):
        if index is None:
            if words is not None:
                words.append(f"{state.name}: no frame was kept")
            continue
        elements = analysed[index].elements
        for role, tally in s.elements(elements, state.truth).items():
            into.roles[role] = into.roles.get(role, s.Tally()) + tally
        errors, characters = s.characters(elements, state.truth.words)
        into.errors, into.characters = into.errors + errors, into.characters + characters
        if words is not None:
            words += [f"{state.name}:", *s.wrong(elements, state.truth), *s.misread(elements, state.truth.words)]
        if before is not None:
            told = s.told_changes(diffs([analysed[before[0]], analysed[index]])[1])
            true = s.true_changes(before[1].truth, state.truth)
            into.changes += s.changes(told, true)
            if words is not None:
                words += s.wrong_changes(told, true)
        before = (index, state)


def _locators(chromium: Browser, url: str, told: Scenario, seen: Watched, result: Result) -> None:
    """Each state is played again; the locators of its elements are tried there."""
    at = iter(seen.states)

    def attempt(page: Page, name: str) -> None:
        index = next(at)
        for element in seen.merged.frames[index].elements if index is not None else ():
            if element.locator:
                result.merged.locators += 1
                right = resolves(page, element, (told.width, told.height))
                result.merged.locators_right += right
                if not right:
                    result.details.append(f"{name}: locator {element.locator} of {element.role} {element.name!r}")

    for _ in each_state(chromium, url, told, attempt):
        pass


def _plainly(seen: Watched, states: tuple[State, ...], result: Result) -> None:
    """The same frames by OCR of all of each, as one would begin."""
    plain = Plain()
    for state, index in zip(states, seen.states, strict=True):
        if index is not None:
            began = time.perf_counter()
            elements = plain.read(seen.pictures[index])
            result.plain_ms.append((time.perf_counter() - began) * 1000)
            result.plain_errors += s.characters(elements, state.truth.words)[0]


def say(words: str) -> None:
    print(words, file=sys.stderr, flush=True)
