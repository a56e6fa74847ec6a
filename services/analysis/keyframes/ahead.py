"""Doing the next piece of work while this one is looked at: an iterator that runs ahead in a thread."""

import queue
import threading
from collections.abc import Iterator
from typing import TypeVar

T = TypeVar("T")


class _End:
    def __init__(self, error: BaseException | None) -> None:
        self.error = error


def ahead(items: Iterator[T], *, most: int) -> Iterator[T]:
    """The same items, at most so many of them made before they are asked for. Errors come where they happened.

    Closing it stops the thread after the item that it is at.
    """
    waiting: queue.Queue[T | _End] = queue.Queue(most)
    stopped = threading.Event()

    def run() -> None:
        error: BaseException | None = None
        try:
            for item in items:
                waiting.put(item)
                if stopped.is_set():
                    return
        except BaseException as caught:  # raised again when the next item is asked for
            error = caught
        waiting.put(_End(error))

    thread = threading.Thread(target=run, name="ahead", daemon=True)
    thread.start()
    try:
        while True:
            item = waiting.get()
            if isinstance(item, _End):
                if item.error is not None:
                    raise item.error
                return
            yield item
    finally:
        stopped.set()
        while thread.is_alive():
            try:
                waiting.get(timeout=0.01)  # makes room for what it is about to put
            except queue.Empty:
                continue
        thread.join()
