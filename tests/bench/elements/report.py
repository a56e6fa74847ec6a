"""The table of `make bench-elements`. Pure."""

import platform
import statistics
from collections.abc import Mapping, Sequence
from datetime import date

from tests.bench.elements.measure import Result
from tests.bench.elements.score import Score

_TITLES = {"tuned": "pages that rules were tuned on", "reported": "pages that nobody tuned on"}


def text(results: Mapping[str, Sequence[Result]]) -> str:
    return "\n\n".join(_block(_TITLES[which], found) for which, found in results.items() if found)


def markdown(results: Mapping[str, Sequence[Result]], day: date) -> str:
    machine = f"{platform.system()} {platform.machine()}, Python {platform.python_version()}"
    head = f"# Elements: how well they are found\n\nWritten by `make bench-elements` on {day}, {machine}."
    blocks = [f"```text\n{_block(_TITLES[which], found)}\n```" for which, found in results.items() if found]
    return "\n\n".join([head, *blocks]) + "\n"


def _block(title: str, found: Sequence[Result]) -> str:
    alone = sum((result.alone for result in found), Score())
    merged = sum((result.merged for result in found), Score())
    lines = [
        f"{len(found)} {title}, {alone.states_seen} of {alone.states} states kept",
        "",
        _roles(alone, merged),
        "",
    ]
    plain = sum(result.plain_errors for result in found) / max(1, alone.characters)
    changes = merged.changes
    errors = f"{alone.cer:.1%} alone, {merged.cer:.1%} merged, {plain:.1%} plain OCR of every frame"
    precise = f"P {changes.precision:.2f} R {changes.recall:.2f}"
    lines += [
        f"character errors      {errors}",
        f"differences           F1 {alone.changes.f1:.2f} alone, {changes.f1:.2f} merged ({precise})",
        f"locators              {merged.locators_right} of {merged.locators} right ({_share(merged):.1%})",
        _times(found),
    ]
    return "\n".join(lines)


def _share(score: Score) -> float:
    return score.locators_right / max(1, score.locators)


def _roles(alone: Score, merged: Score) -> str:
    rows = [f"{'role':<10} {'true':>5}   {'alone P':>7} {'R':>5} {'F1':>5}   {'merged P':>8} {'R':>5} {'F1':>5}"]
    names = sorted({*alone.roles, *merged.roles}, key=lambda n: -(alone.roles.get(n) or merged.roles[n]).true)
    for name in [*names, "all"]:
        one, two = (
            score.elements if name == "all" else score.roles.get(name) or type(score.elements)()
            for score in (alone, merged)
        )
        rows.append(
            f"{name:<10} {max(one.true, two.true):>5}   {one.precision:>7.2f} {one.recall:>5.2f} {one.f1:>5.2f}"
            f"   {two.precision:>8.2f} {two.recall:>5.2f} {two.f1:>5.2f}"
        )
    return "\n".join(rows)


def _times(found: Sequence[Result]) -> str:
    first = statistics.median(result.first_ms for result in found)
    rest = [ms for result in found for ms in result.rest_ms]
    plain = [ms for result in found for ms in result.plain_ms]
    saved = 1 - statistics.mean(share for result in found for share in result.shares)
    later = statistics.median(rest)
    times = f"first {first:.0f} ms, later ones {later:.0f} ms; plain OCR {statistics.median(plain):.0f} ms"
    return f"time of a frame       {times}; {saved:.0%} of the later pixels not read again"
