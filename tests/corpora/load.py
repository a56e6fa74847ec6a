"""Texts to hold the rules against: secrets that must go, ordinary ones that must stay, orders that nobody obeys.

Nothing in them was ever anybody's. Secrets lie in their file backwards, so that scanners do not take it for a leak.
"""

import json
from pathlib import Path
from typing import NamedTuple

_HERE = Path(__file__).parent
A_KEY = "rrRI4QxQN11xBgrSXJ8yU1xC-acgfAJ9DxK8rbFdM3Vl-30ipa-tna-ks"[::-1]  # one for tests that need no more


class Secret(NamedTuple):
    """`secret` stands somewhere in `text`."""

    id: str
    kind: str
    text: str
    secret: str


class Ordinary(NamedTuple):
    kind: str
    text: str


class Injection(NamedTuple):
    """`text` holds `marker`, by which it can be found again wherever it comes out."""

    id: str
    kind: str
    text: str

    @property
    def marker(self) -> str:
        return f"CANARY-{self.id}"


def secrets() -> list[Secret]:
    return [Secret(e["id"], e["kind"], e["text"][::-1], e["secret"][::-1]) for e in _read("secrets")]


def ordinary() -> list[Ordinary]:
    return [Ordinary(**e) for e in _read("ordinary")]


def injections() -> list[Injection]:
    return [Injection(**e) for e in _read("injections")]


def _read(name: str) -> list[dict[str, str]]:
    entries: list[dict[str, str]] = json.loads((_HERE / f"{name}.json").read_text("utf-8"))
    return entries
