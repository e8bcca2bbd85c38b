"""Reading pictures of pages: PP-OCR by RapidOCR, whose models lie inside its wheel.

Nothing is fetched when it runs. Without the extra `ocr` a page that is a picture waits in
quarantine (S19) and is read by a replay once the extra is there.
"""

import threading
from dataclasses import dataclass
from functools import cache
from importlib.metadata import PackageNotFoundError, version
from importlib.util import find_spec
from typing import Any

import numpy as np
from PIL import Image

from shuren.data.internals.content.shapes import NONE, OCR, Damaged, Line

# Pixels of the longer side of what is read: letters of 10 points on A4 are 20 pixels high.
LONGEST = 1_680
# What is less sure than this is no text.
LEAST = 0.5
_NAME = "rapidocr"
_LOCK = threading.Lock()


@dataclass(frozen=True)
class Read:
    lines: tuple[Line, ...]
    text_from: str


def installed() -> bool:
    return find_spec(_NAME) is not None and find_spec("onnxruntime") is not None


def engine() -> tuple[str, str]:
    """Its name and version, as every page read by it says."""
    try:
        return _NAME, version(_NAME)
    except PackageNotFoundError:
        return _NAME, ""


def read(image: Image.Image) -> Read:
    """The lines seen in a picture (RGB), from top to bottom, columns from left to right.

    raises  Damaged S19 where no engine is installed
    """
    if not installed():
        raise Damaged("S19")
    width, height = image.size
    with _LOCK:
        found = _engine()(np.asarray(image)[:, :, ::-1], use_cls=False)
    if found.boxes is None or not found.txts:
        return Read((), NONE)
    lines = [
        Line(" ".join(text.split()), _box(corners, width, height), float(score))
        for corners, text, score in zip(found.boxes, found.txts, found.scores, strict=True)
        if float(score) >= LEAST and text.strip()
    ]
    return Read(tuple(in_reading_order(lines)), OCR if lines else NONE)


def in_reading_order(lines: list[Line]) -> list[Line]:
    """Lines from top to bottom; those at one height from left to right."""
    rows: list[list[Line]] = []
    for line in sorted(lines, key=lambda one: _middle(one)):
        height = line.box[3] - line.box[1] if line.box else 0.0
        if rows and _middle(line) - _middle(rows[-1][0]) < height / 2:
            rows[-1].append(line)
        else:
            rows.append([line])
    return [line for row in rows for line in sorted(row, key=lambda one: one.box or (0,))]


def _middle(line: Line) -> float:
    return (line.box[1] + line.box[3]) / 2 if line.box else 0.0


def _box(corners: Any, width: int, height: int) -> tuple[float, float, float, float]:
    xs = [min(1.0, max(0.0, float(x) / width)) for x, _y in corners]
    ys = [min(1.0, max(0.0, float(y) / height)) for _x, y in corners]
    return min(xs), min(ys), max(xs), max(ys)


@cache
def _engine() -> Any:
    from rapidocr import RapidOCR

    return RapidOCR(params={"Global.log_level": "critical", "Global.use_cls": False})
