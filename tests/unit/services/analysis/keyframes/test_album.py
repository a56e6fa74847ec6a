"""Pictures come back from the album as they went in."""

import numpy as np
import pytest
from av.video.frame import VideoFrame
from numpy.typing import NDArray

from services.analysis.keyframes.album import Album

Rgb = NDArray[np.uint8]


def picture(width: int, height: int, seed: int = 0, kind: str = "yuv420p") -> VideoFrame:
    """Soft colours, for chroma has half the resolution."""
    down, across = np.mgrid[0:height, 0:width]
    image = np.stack([across * 200 // width, down * 200 // height, np.full_like(down, 40 + 20 * seed)], axis=2)
    return VideoFrame.from_ndarray(image.astype(np.uint8), format="rgb24").reformat(format=kind)


def rgb(frame: VideoFrame) -> Rgb:
    return np.asarray(frame.to_ndarray(format="rgb24"), np.uint8)


def apart(one: Rgb, other: Rgb) -> int:
    return int(np.abs(one.astype(int) - other.astype(int)).max())


@pytest.mark.parametrize("size", [(1280, 720), (800, 600), (333, 201), (17, 16)])
def test_a_picture_comes_back(size: tuple[int, int]) -> None:
    frame = picture(*size)
    with Album() as album:
        place = album.keep(frame)
        assert album.rgb(place).shape == (size[1], size[0], 3)
        assert apart(album.rgb(place), rgb(frame)) <= 3
        luma = np.frombuffer(memoryview(frame.planes[0]), np.uint8).reshape(-1, frame.planes[0].line_size)
        assert np.array_equal(album.luma(place), luma[: size[1], : size[0]])


@pytest.mark.parametrize("kind", ["yuv444p", "nv12", "rgb24"])
def test_other_formats_are_turned_into_one(kind: str) -> None:
    frame = picture(64, 48, kind=kind)
    with Album() as album:
        assert apart(album.rgb(album.keep(frame)), rgb(frame)) <= 6


def test_the_place_of_a_dropped_picture_is_used_again_and_the_others_stay() -> None:
    with Album() as album:
        places = [album.keep(picture(320, 180, seed)) for seed in range(3)]
        album.drop(places[1])
        assert album.keep(picture(320, 180, 7)) == places[1]
        for place, seed in zip(places, (0, 7, 2), strict=True):
            assert apart(album.rgb(place), rgb(picture(320, 180, seed))) <= 3
