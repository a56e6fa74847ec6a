"""Progress of one recording on a terminal: a line per step, on stderr."""

from types import TracebackType
from typing import Any, Self

from rich.console import Console
from rich.live import Live
from rich.spinner import Spinner
from rich.table import Table
from rich.text import Text

_STEPS = {
    "frameExtraction": "key frames",
    "visionLane": "vision lane",
    "playwrightLane": "ARIA lane",
    "synthesis": "prompt",
}
_MARKS = {"pending": ("·", "dim"), "complete": ("✓", "green"), "error": ("✗", "red")}


class Steps:
    """Use as a context manager; call it with each `processingStatus`. Without a terminal it prints changes only."""

    def __init__(self) -> None:
        self._console = Console(stderr=True)
        self._live = Live(console=self._console, refresh_per_second=8, transient=False)
        self._shown: dict[str, str] = {}

    def __enter__(self) -> Self:
        if self._console.is_terminal:
            self._live.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if self._console.is_terminal:
            self._live.stop()

    def __call__(self, status: dict[str, Any]) -> None:
        if self._console.is_terminal:
            self._live.update(_table(status))
            return
        for step, words in _STEPS.items():
            lane = status[step]
            line = f"{words}: {lane['status']}{_detail(lane)}"
            if lane["status"] != "pending" and self._shown.get(step) != line:
                self._shown[step] = line
                self._console.print(line, markup=False, highlight=False, soft_wrap=True)


def _table(status: dict[str, Any]) -> Table:
    table = Table.grid(padding=(0, 1))
    for step, words in _STEPS.items():
        lane = status[step]
        mark, style = _MARKS.get(lane["status"], ("", ""))
        sign = Spinner("dots") if lane["status"] == "running" else Text(mark, style)
        table.add_row(sign, Text(words), Text(_detail(lane).removeprefix(" - "), "dim"))
    return table


def _detail(lane: dict[str, Any]) -> str:
    words = lane.get("error") or lane.get("detail")
    return f" - {words}" if words else ""
