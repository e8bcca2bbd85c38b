"""Character error rate of what comes back from drawn pages, and what a page costs.

python benchmarks/content/bench.py
"""

import io
import json
import sys
import time
from collections.abc import Sequence
from pathlib import Path

from PIL import Image, ImageFilter

sys.path.insert(0, str(Path(__file__).parents[2]))

from shuren.data.internals.content import ocr, pdf
from shuren.data.internals.content.dense import Dense
from shuren.data.internals.content.lexical import Lexical
from tests.data import documents
from tests.data.documents import PAPERS

ENGLISH = (
    "The reading room was open on 340 days",
    "and received 126,000 visits in the year.",
    "A classified card catalogue now serves",
    "the whole collection of the library.",
)


def main() -> None:
    truth = (PAPERS / "annual-report-1936.txt").read_text("utf-8").splitlines()
    scan = Image.open(PAPERS / "annual-report-1936.png").convert("RGB")
    ocr.read(scan)  # the models are loaded once
    cases = {
        "Chinese and English, scan at 150 dpi": (scan, truth),
        "the same at 75 dpi": (smaller(scan), truth),
        "the same as a bad JPEG": (bad_copy(scan), truth),
        "the same, turned by 2 degrees": (scan.rotate(2, fillcolor="white"), truth),
        "the same at 37 dpi": (smaller(smaller(scan)), truth),
        "the same at 37 dpi, blurred, as a bad JPEG": (bad_copy(smaller(smaller(scan))), truth),
        "English, drawn": (documents.drawn(ENGLISH), ENGLISH),
    }
    for name, (image, lines) in cases.items():
        started = time.process_time()
        read = [line.text for line in ocr.read(image).lines]
        spent = time.process_time() - started
        report(name, read, lines, spent)
    started = time.process_time()
    pages = list(pdf.pages_of(PAPERS / "newsletter-2026-10.pdf"))
    spent = (time.process_time() - started) / len(pages)
    print(json.dumps({"case": "text layer of a PDF", "cpu_s": round(spent, 3)}))
    index()


def report(name: str, read: Sequence[str], lines: Sequence[str], spent: float) -> None:
    wanted, found = "".join(lines).replace(" ", ""), "".join(read).replace(" ", "")
    errors = distance(wanted, found)
    print(
        json.dumps(
            {
                "case": name, "signs": len(wanted), "errors": errors,
                "cer": round(errors / len(wanted), 4), "cpu_s": round(spent, 2),
            },
            ensure_ascii=False,
        )
    )  # fmt: skip


def distance(wanted: str, found: str) -> int:
    """Levenshtein: signs put in, left out or changed."""
    row = list(range(len(found) + 1))
    for i, a in enumerate(wanted, 1):
        before, row[0] = row[0], i
        for j, b in enumerate(found, 1):
            before, row[j] = row[j], min(row[j] + 1, row[j - 1] + 1, before + (a != b))
    return row[-1]


def smaller(image: Image.Image) -> Image.Image:
    return image.resize((image.width // 2, image.height // 2), Image.Resampling.LANCZOS)


def bad_copy(image: Image.Image) -> Image.Image:
    buffer = io.BytesIO()
    image.filter(ImageFilter.GaussianBlur(1.2)).save(buffer, "JPEG", quality=25)
    return Image.open(buffer).convert("RGB")


def index(passages: int = 5_000) -> None:
    """What an index of many passages costs: real words in another order each."""
    words = (PAPERS / "annual-report-1936.txt").read_text("utf-8").splitlines()
    texts = [
        "".join(words[(n * 7 + k * (n % 11 + 1)) % len(words)] for k in range(10)) + str(n)
        for n in range(passages)
    ]
    started = time.process_time()
    lexical, dense = Lexical.of(texts), Dense.of(texts)
    made = time.process_time() - started
    started = time.process_time()
    for n in range(20):
        lexical.scores(texts[n][:12])
        dense.scores(texts[n][:12])
    asked = (time.process_time() - started) / 20
    print(
        json.dumps(
            {"case": f"index of {passages:,} passages", "cpu_s": round(made, 1),
             "cpu_ms_a_question": round(1000 * asked, 1)}
        )
    )  # fmt: skip


if __name__ == "__main__":
    main()
