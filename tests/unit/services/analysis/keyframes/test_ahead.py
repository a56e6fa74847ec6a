"""Running ahead in a thread: the same items, errors where they happened, and no thread left behind."""

import threading
from collections.abc import Iterator
from contextlib import closing

import pytest

from services.analysis.keyframes.ahead import ahead


def test_all_items_come_in_order() -> None:
    assert list(ahead(iter(range(100)), most=3)) == list(range(100))


def test_an_error_comes_after_the_items_before_it() -> None:
    def items() -> Iterator[int]:
        yield from (1, 2)
        raise ValueError("damaged")

    seen: list[int] = []
    with pytest.raises(ValueError, match="damaged"):
        seen.extend(ahead(items(), most=4))
    assert seen == [1, 2]


def test_no_more_than_so_many_are_made_ahead() -> None:
    made: list[int] = []

    def items() -> Iterator[int]:
        for n in range(50):
            made.append(n)
            yield n

    running = ahead(items(), most=2)
    assert next(running) == 0
    threading.Event().wait(0.1)
    assert len(made) <= 5
    assert list(running) == list(range(1, 50))


def test_who_stops_early_leaves_no_thread() -> None:
    running = ahead(iter(range(10_000)), most=2)
    next(running)
    running.close()
    assert not [thread for thread in threading.enumerate() if thread.name == "ahead"]


def test_a_failure_of_who_looks_ends_the_thread() -> None:
    def look() -> None:
        with closing(ahead(iter(range(10_000)), most=2)) as running:
            next(running)
            raise OSError("disk full")

    with pytest.raises(OSError, match="disk"):
        look()
    assert not [thread for thread in threading.enumerate() if thread.name == "ahead"]
