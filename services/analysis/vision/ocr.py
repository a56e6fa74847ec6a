"""RapidOCR as two plain functions: where text stands, and what it says. Nothing is ever downloaded."""

import hashlib
import logging
import threading
from collections import OrderedDict
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from importlib.util import find_spec
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from services.analysis.vision.regions import Rect, clip

Image = NDArray[np.uint8]

DETECTOR = "PP-OCRv6_det_small.onnx"
RECOGNISER = "PP-OCRv6_rec_small.onnx"
CACHED_LINES = 4096


class Reading(NamedTuple):
    text: str
    score: float  # 0..1


class _Engines(NamedTuple):
    """Detection is one big network run on all threads; recognition is many small ones, a line per thread."""

    finder: Any
    reader: Any


class Ocr:
    """Text detection and recognition on RGB crops. The models (31 MB) are loaded at the first call."""

    def __init__(self, threads: int) -> None:
        self._threads = threads
        self._engines: _Engines | None = None
        self._loading = threading.Lock()
        self._readings: OrderedDict[bytes, Reading] = OrderedDict()

    def find(self, image: Image) -> list[Rect]:
        """Upright boxes round the pieces of text in `image`, a few pixels wider than the ink."""
        found = self._loaded().finder(_bgr(image), use_det=True, use_cls=False, use_rec=False).boxes
        height, width = image.shape[:2]
        return [] if found is None else [clip(_upright(quad), width, height) for quad in found]

    def read(self, crops: Sequence[Image]) -> list[Reading]:
        """What each crop of one line says; a crop seen before costs nothing."""
        keys = [_digest(crop) for crop in crops]
        fresh = {key: crop for key, crop in zip(keys, crops, strict=True) if key not in self._readings}
        known = {key: self._readings[key] for key in keys if key not in fresh}
        known.update(zip(fresh, self._recognise(list(fresh.values())), strict=True))
        self._remember(known)
        return [known[key] for key in keys]

    def warm_up(self) -> None:
        """Load the models now, from whichever thread has time for it: RapidOCR loads each when it is first used."""
        blank = np.full((32, 64, 3), 255, np.uint8)
        self.find(blank)
        self._recognise([blank])

    def close(self) -> None:
        self._engines = None
        self._readings.clear()

    def _recognise(self, crops: list[Image]) -> list[Reading]:
        """Each crop on its own, so that what it says cannot depend on the crops beside it."""
        reader = self._loaded().reader

        def reading(crop: Image) -> Reading:
            result = reader.recognize_txt([_bgr(crop)])
            return Reading(result.txts[0].strip(), float(result.scores[0]))

        with ThreadPoolExecutor(self._threads, "ocr") as pool:
            return list(pool.map(reading, crops))

    def _remember(self, known: dict[bytes, Reading]) -> None:
        for key, reading in known.items():
            self._readings[key] = reading
            self._readings.move_to_end(key)
        while len(self._readings) > CACHED_LINES:
            self._readings.popitem(last=False)

    def _loaded(self) -> _Engines:
        with self._loading:
            if self._engines is None:
                self._engines = _Engines(load_engine(self._threads), load_engine(1))
            return self._engines


def load_engine(threads: int) -> Any:
    """RapidOCR with the models of its wheel. Raises FileNotFoundError when the wheel lacks them."""
    from rapidocr import RapidOCR  # noqa: PLC0415  importing it takes most of a second and sets up a logger

    models = models_dir()
    # Paths given by name switch off RapidOCR's model resolver, which would download what it does not find.
    engine = RapidOCR(
        params={
            "Global.log_level": "critical",
            "Global.use_cls": False,
            # The default pads a region 8 times as wide as high to a quarter of its width: as dear as a whole frame.
            "Global.use_vertical_padding": False,
            "Det.model_path": str(models / DETECTOR),
            "Rec.model_path": str(models / RECOGNISER),
            # The default enlarges every image until its short side has 736 pixels: 20 times the work on a crop.
            "Det.limit_side_len": 32,
            # The default pads every word to 320 pixels.
            "Rec.rec_img_shape": [3, 48, 64],
            "EngineConfig.onnxruntime.intra_op_num_threads": threads,
            "EngineConfig.onnxruntime.inter_op_num_threads": 1,
        }
    )
    logging.getLogger("RapidOCR").setLevel(logging.CRITICAL)
    return engine


def models_dir() -> Path:
    """The folder of the models inside the installed package."""
    spec = find_spec("rapidocr")
    if spec is None or spec.origin is None:
        raise ModuleNotFoundError("rapidocr is not installed; install the `analysis` extra of claude-scope")
    return Path(spec.origin).parent / "models"


def _bgr(image: Image) -> Image:
    return np.ascontiguousarray(image[..., ::-1])  # RapidOCR takes arrays as OpenCV stores them


def _upright(quad: NDArray[Any]) -> Rect:
    (x0, y0), (x1, y1) = quad.min(axis=0), quad.max(axis=0)
    return Rect(int(x0), int(y0), int(x1), int(y1))


def _digest(crop: Image) -> bytes:
    digest = hashlib.blake2b(np.ascontiguousarray(crop).tobytes(), digest_size=16)
    digest.update(repr(crop.shape).encode())
    return digest.digest()
