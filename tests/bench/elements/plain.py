"""The peer: RapidOCR on the whole of every frame, as its documentation shows it, with the same models."""

from typing import Any

import numpy as np
from numpy.typing import NDArray

from services.analysis.vision.ocr import DETECTOR, RECOGNISER, models_dir
from services.analysis.vision.regions import Rect, to_box
from shared.model.evidence import Element

_THREADS = 2


class Plain:
    def __init__(self) -> None:
        from rapidocr import RapidOCR

        models = models_dir()
        self._engine: Any = RapidOCR(
            params={
                "Global.log_level": "critical",
                "Global.use_cls": False,
                "Det.model_path": str(models / DETECTOR),
                "Rec.model_path": str(models / RECOGNISER),
                "EngineConfig.onnxruntime.intra_op_num_threads": _THREADS,
            }
        )

    def read(self, image: NDArray[np.uint8]) -> list[Element]:
        height, width = image.shape[:2]
        found = self._engine(np.ascontiguousarray(image[..., ::-1]))
        if found.boxes is None:
            return []
        return [
            Element(id=str(n), role="text", name=text, box=to_box(_rect(quad), width, height))
            for n, (quad, text) in enumerate(zip(found.boxes, found.txts, strict=True))
        ]


def _rect(quad: NDArray[Any]) -> Rect:
    (x0, y0), (x1, y1) = quad.min(axis=0), quad.max(axis=0)
    return Rect(int(x0), int(y0), int(x1), int(y1))
