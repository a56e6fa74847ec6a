"""Results as tables, for a terminal or as markdown. Pure."""

import os
import platform
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from tests.bench.keyframes.measure import OURS, Results, Row
from tests.bench.keyframes.score import Score
from tests.bench.keyframes.speed import Pace, overall

WORST = 8
_LEGEND = (
    "P, R, F1: precision, recall and F1 over required states. Caught: transients of which a frame was kept."
    " Restless: false frames while a caret blinked, the pointer moved or a spinner turned."
    " Time: whole work, as a multiple of PyAV decoding the same files to nothing with as many threads as ours uses"
    " for decoding (all cores but one)."
)


@dataclass(frozen=True)
class Table:
    title: str
    header: tuple[str, ...]
    rows: Sequence[tuple[str, ...]]


def tables(results: Results) -> list[Table]:
    mine = next(row for row in results.rows if row.name == OURS)
    made = [methods(results), kinds(mine), worst(mine), clips(mine, results), restless(mine), heavy(results)]
    return [table for table in made if table.rows]


def methods(results: Results) -> Table:
    header = ("method", "tuned P/R/F1", "reported P/R/F1", "caught", "restless", "time")
    return Table("Methods", header, [_method(row) for row in results.rows])


def _method(row: Row) -> tuple[str, ...]:
    both = row.both
    caught = f"{both.caught}/{both.transients}"
    return (
        row.name,
        _prf(row.tuned),
        _prf(row.reported),
        caught,
        str(both.restless),
        f"{row.pace.ratio:.2f}",
    )


def kinds(mine: Row) -> Table:
    """Recall per kind of change."""
    tuned, reported = mine.tuned, mine.reported
    names = sorted({*tuned.asked, *reported.asked})
    rows = [(kind, _share(tuned, kind), _share(reported, kind)) for kind in names]
    return Table("Recall per kind, ours", ("kind", "tuned", "reported"), rows)


def worst(mine: Row) -> Table:
    """The kinds with the most states missed, the rarer first among equals."""
    both = mine.both
    missed = {kind: both.asked[kind] - both.hit[kind] for kind in both.asked}
    names = sorted((kind for kind in missed if missed[kind]), key=lambda k: (-missed[k], both.asked[k]))[:WORST]
    return Table(
        "Worst kinds, ours", ("kind", "missed", "of"), [(k, str(missed[k]), str(both.asked[k])) for k in names]
    )


def clips(mine: Row, results: Results) -> Table:
    rows = [
        (
            name,
            _prf(one),
            str(one.asked.total() - one.hit.total()),
            str(one.false),
            f"{results.paces[name].ratio:.2f}",
        )
        for name, one in mine.scores.items()
    ]
    return Table("Clips, ours", ("clip", "P/R/F1", "missed", "false", "time"), rows)


def restless(mine: Row) -> Table:
    """False frames by the kind of motion that they lie in; one frame may lie in several."""
    rows = [(kind, str(count)) for kind, count in mine.both.noise.most_common()]
    return Table("False frames inside ignored motion, ours", ("kind", "frames"), rows)


def heavy(results: Results) -> Table:
    rows = [(f"{name}: time", _times(pace)) for name, pace in results.long_paces.items()]
    if results.memory:
        short, long = results.memory.short, results.memory.long
        rows += [("peak memory, 1080p clip", f"{short:.0f} MB"), ("peak memory, three minutes", f"{long:.0f} MB")]
    if results.paces:
        every = overall(results.paces.values())
        rows[:0] = [
            ("all clips: time", _times(every)),
            ("all clips: time, decoding on all cores", f"{every.work / every.on_all_cores:.2f} times decoding"),
        ]
    return Table("Speed and memory, ours", ("what", "measured"), rows)


def text(results: Results) -> str:
    return "\n\n".join([*(_aligned(table) for table in tables(results)), _LEGEND, *results.skipped])


def markdown(results: Results, day: date) -> str:
    machine = (
        f"{platform.system()} {platform.machine()}, Python {platform.python_version()}, {os.cpu_count()} cores"
    )
    head = f"# Key frames: results\n\nWritten by `make bench-keyframes` on {day.isoformat()}; {machine}."
    return "\n\n".join([head, _LEGEND, *(_piped(table) for table in tables(results)), *results.skipped]) + "\n"


def _piped(table: Table) -> str:
    lines = [table.header, ("---",) * len(table.header), *table.rows]
    return f"## {table.title}\n\n" + "\n".join(f"| {' | '.join(line)} |" for line in lines)


def _aligned(table: Table) -> str:
    widths = [max(map(len, column)) for column in zip(table.header, *table.rows, strict=True)]
    return "\n".join([table.title, *(_line(row, widths) for row in (table.header, *table.rows))])


def _line(row: Sequence[str], widths: Sequence[int]) -> str:
    return "  " + "  ".join(cell.ljust(width) for cell, width in zip(row, widths, strict=True)).rstrip()


def _prf(one: Score) -> str:
    return f"{one.precision:.2f} / {one.recall:.2f} / {one.f1:.2f}"


def _share(one: Score, kind: str) -> str:
    return f"{one.hit[kind]}/{one.asked[kind]}" if one.asked[kind] else ""


def _times(pace: Pace) -> str:
    return f"{pace.ratio:.2f} times decoding ({pace.work:.1f} s to {pace.decoding:.1f} s)"
