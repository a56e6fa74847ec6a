"""The parts of the peers' rules that are written here."""

import cv2
import numpy as np
import pytest
from numpy.typing import NDArray

from tests.bench.keyframes.peer_scdet import middles
from tests.bench.keyframes.peer_scenes import middle_of_each
from tests.bench.keyframes.peer_ssim import ssim, steady_ends

SIDE = 7


def picture(seed: int) -> NDArray[np.uint8]:
    noise = np.random.default_rng(seed).integers(0, 255, (60, 80), dtype=np.uint8)
    return np.asarray(cv2.GaussianBlur(noise, (5, 5), 1.5), np.uint8)


def plain_ssim(a: NDArray[np.uint8], b: NDArray[np.uint8]) -> float:
    """Window by window, as the definition has it."""
    x, y = (np.lib.stride_tricks.sliding_window_view(p.astype(float), (SIDE, SIDE)) for p in (a, b))
    mx, my = x.mean(axis=(2, 3)), y.mean(axis=(2, 3))
    vx, vy = x.var(axis=(2, 3), ddof=1), y.var(axis=(2, 3), ddof=1)
    both = ((x - mx[..., None, None]) * (y - my[..., None, None])).sum(axis=(2, 3)) / (SIDE**2 - 1)
    c1, c2 = 2.55**2, 7.65**2
    return float(((2 * mx * my + c1) * (2 * both + c2) / ((mx**2 + my**2 + c1) * (vx + vy + c2))).mean())


def test_ssim_is_that_of_the_definition() -> None:
    assert ssim(picture(1), picture(2)) == pytest.approx(plain_ssim(picture(1), picture(2)), abs=1e-4)


@pytest.mark.parametrize("place", [(0, 0), (2, 1), (20, 30), (52, 70)])
def test_ssim_of_a_small_difference_needs_only_its_surroundings(place: tuple[int, int]) -> None:
    before, after = picture(3), picture(3)
    after[place[0] : place[0] + 6, place[1] : place[1] + 9] = 0
    assert ssim(before, after) == pytest.approx(plain_ssim(before, after), abs=1e-4)


def test_ssim_of_equal_pictures_is_one() -> None:
    assert ssim(picture(4), picture(4)) == 1.0


def test_a_steady_run_gives_its_last_frame() -> None:
    values = [1.0, 1, 1, 1, 1, 0.5, 0.6, 1, 1, 1, 1, 1]
    seen = [(index * 100.0, value) for index, value in enumerate(values)]
    assert steady_ends(seen, 0.95) == [300.0, 1100.0]


def test_the_middle_of_each_scene_is_kept() -> None:
    assert middle_of_each([1000.0, 3000.0], 4000.0) == [500.0, 2000.0, 3500.0]
    assert middle_of_each([], 4000.0) == [2000.0]
    assert middles([(0.0, 0.0), (100.0, 9.9), (200.0, 10.0), (400.0, 0.0)], 10.0) == [100.0, 300.0]
