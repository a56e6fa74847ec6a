"""Doing the next piece of work while this one is looked at: an iterator that runs ahead in a thread."""

import threading
from collections.abc import Generator, Iterator
from queue import SimpleQueue
from typing import TypeVar

T = TypeVar("T")


class _End:
    def __init__(self, error: BaseException | None) -> None:
        self.error = error


def ahead(items: Iterator[T], *, most: int) -> Generator[T, None, None]:
    """The same items, about so many of them made before they are asked for. Errors come where they happened.

    Closing it stops the thread within as many items.
    """
    ready: SimpleQueue[T | _End] = SimpleQueue()
    go_on: SimpleQueue[bool] = SimpleQueue()  # one True for each item that may be made; False is the end
    for _ in range(most):
        go_on.put(True)

    def run() -> None:
        error: BaseException | None = None
        try:
            for item in items:
                if not go_on.get():
                    return
                ready.put(item)
        except BaseException as caught:  # raised again when the next item is asked for
            error = caught
        ready.put(_End(error))

    thread = threading.Thread(target=run, name="ahead", daemon=True)
    thread.start()
    try:
        while True:
            item = ready.get()
            if isinstance(item, _End):
                if item.error is not None:
                    raise item.error
                return
            go_on.put(True)
            yield item
    finally:
        go_on.put(False)
        thread.join()
