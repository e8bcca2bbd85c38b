"""The library's own documents: a scan, leaflets and a chapter on reserve, as one archive.

The files lie beside this module as they were drawn once (tools/papers.py): no font is needed here.
One of them is cut off in the archive, as a broken copy would be.
"""

import csv
import io
import zipfile
from pathlib import Path

from shuren.kernel.files import write_atomically

FILE, CONTRACT = "library-documents.zip", "content_units"
_HERE = Path(__file__).parent / "papers"
_WRITTEN = (2026, 10, 20, 9, 0, 0)
_OURS = "山城大学图书馆；可自由使用 (CC BY 4.0)"
# name, title, rights, licence
DOCUMENTS = (
    ("annual-report-1936.png", "山城大学图书馆年报（1936）", "open", "公有领域 (public domain)"),
    ("reading-room-rules.pdf", "江湾图书馆阅览规则", "open", _OURS),
    ("newsletter-2026-10.pdf", "馆讯 2026 年第 10 期", "open", _OURS),
    (
        "city-and-river-chapter-3.pdf",
        "城市与河流（第三章，教学参考）",
        "snippet",
        "版权所有，只供检索",
    ),
)
BROKEN = "notice-2019.pdf"
_KEPT = 4_000


def write_papers(folder: Path) -> dict[str, object]:
    """Write the archive; returns what is true of it: pages that can be read, documents that
    cannot, and what is written on the scan."""
    rows = io.StringIO()
    writer = csv.writer(rows, lineterminator="\n")
    writer.writerow(("file", "title", "rights", "licence"))
    writer.writerows(DOCUMENTS)
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w") as archive:
        for name, *_said in DOCUMENTS:
            archive.writestr(_member(name), (_HERE / name).read_bytes())
        archive.writestr(_member(BROKEN), (_HERE / "reading-room-rules.pdf").read_bytes()[:_KEPT])
        archive.writestr(_member("documents.csv"), "\ufeff" + rows.getvalue())
    write_atomically(folder / FILE, buffer.getvalue())
    scan = (_HERE / "annual-report-1936.txt").read_text("utf-8").splitlines()
    return {"documents": {"pages": 5, "broken": 1, "scan": scan}}


def _member(name: str) -> zipfile.ZipInfo:
    return zipfile.ZipInfo(name, _WRITTEN)
