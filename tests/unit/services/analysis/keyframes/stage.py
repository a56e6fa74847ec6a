"""A drawn interface and a clock: scenes for the key-frame selection, without a video."""

from collections.abc import Callable

import numpy as np
from numpy.typing import NDArray

from services.analysis.keyframes.compare import Comparison
from services.analysis.keyframes.small import shrink
from services.analysis.keyframes.states import State, states
from services.analysis.keyframes.watch import Watcher

STEP_MS = 33.0
WIDTH, HEIGHT = 640, 360
Luma = NDArray[np.uint8]


class Stage:
    """Draw on `page`; `play` shows it for a while, with a frame for each change, and one each second."""

    def __init__(self) -> None:
        self.page = np.full((HEIGHT, WIDTH), 240, np.uint8)
        self.ms = 0.0
        self.pointer: tuple[int, int] | None = None
        self.pictures: list[Luma] = []
        self.watcher: Watcher[int] = Watcher(lambda place: place, lambda _: None, self.pictures.__getitem__)
        self._last: Luma | None = None
        self._sent_ms = 0.0
        self._noise = np.random.default_rng(7)

    def play(self, ms: float, each: Callable[[float], None] = lambda _: None) -> None:
        """Let time pass; `each` draws for every frame, given the ms since the scene began."""
        began = self.ms
        while self.ms < began + ms:
            each(self.ms - began)
            self._show()
            self.ms += STEP_MS

    def _show(self) -> None:
        image = self.page.copy()
        if self.pointer is not None:
            x, y = self.pointer
            image[y : y + 19, x : x + 12] = 250
            image[y : y + 19, x : x + 3] = 10
            image[y + 8 : y + 12, x : x + 12] = 10
        if self._last is None or self.ms - self._sent_ms >= 1000 or not np.array_equal(image, self._last):
            self._last, self._sent_ms = image, self.ms
            grain = self._noise.integers(-2, 3, image.shape, dtype=np.int16)
            noisy = np.clip(image.astype(np.int16) + grain, 0, 255).astype(np.uint8)
            self.pictures.append(noisy)
            self.watcher.see(self.ms, shrink(noisy), len(self.pictures) - 1)

    def states(self) -> list[State]:
        self.watcher.finish()
        watcher = self.watcher
        compare = Comparison(watcher.noise, watcher.sprites, lambda candidate: self.pictures[candidate.picture])
        return states(watcher.candidates, compare, watcher.pointer_origin)

    # What interfaces are made of.

    def box(self, x: int, y: int, width: int, height: int, level: int) -> None:
        self.page[y : y + height, x : x + width] = level

    def text(self, x: int, y: int, letters: int, seed: int = 1, level: int = 20) -> None:
        """Something that looks like a line of text."""
        for index in range(letters):
            self.letter(x + 9 * index, y, seed + index, level)

    def letter(self, x: int, y: int, seed: int, level: int = 20) -> None:
        pattern = np.random.default_rng(seed).random((7, 4)) < 0.55
        pattern[:, 0] = True
        block = np.kron(pattern, np.ones((2, 2))).astype(bool)
        self.page[y : y + 14, x : x + 8][block] = level

    def glide(self, target: tuple[int, int], ms: float = 500) -> None:
        """Move the pointer there, slow at both ends."""
        start = self.pointer or target

        def move(t: float) -> None:
            part = min(1.0, t / (ms - STEP_MS))
            eased = part * part * (3 - 2 * part)
            self.pointer = (
                round(start[0] + eased * (target[0] - start[0])),
                round(start[1] + eased * (target[1] - start[1])),
            )

        self.play(ms, move)


def a_page() -> Stage:
    """A page with a heading, some text, a field and a button, shown for a second."""
    stage = Stage()
    stage.box(0, 0, WIDTH, 40, 60)
    stage.text(20, 12, 12, seed=100, level=230)
    for row in range(4):
        stage.text(20, 70 + 30 * row, 24, seed=200 + 50 * row)
    stage.box(20, 220, 240, 32, 255)
    stage.box(20, 280, 100, 32, 90)
    stage.play(1000)
    return stage
