"""Documents drawn by the tests, with the fonts that reportlab brings along."""

import io
import zipfile
from collections.abc import Sequence
from pathlib import Path

import pypdfium2 as pdfium
from PIL import Image, ImageDraw, ImageFont
from reportlab import __file__ as reportlab_file
from reportlab.lib import pdfencrypt
from reportlab.pdfgen import canvas

FACE = Path(reportlab_file).parent / "fonts" / "Vera.ttf"
LINES = ("The library opens at eight.", "Reading rooms close at ten.", "ISBN 978-7-301-12345-6")
PAPERS = Path(__file__).parents[2] / "src" / "shuren" / "campus" / "papers"


def drawn(lines: Sequence[str] = LINES, size: tuple[int, int] = (900, 500)) -> Image.Image:
    """A white page; line n begins at 60 px from the left and 50 + 80 n px from the top."""
    image = Image.new("RGB", size, "white")
    pen, face = ImageDraw.Draw(image), ImageFont.truetype(str(FACE), 32)
    for n, line in enumerate(lines):
        pen.text((60, 50 + 80 * n), line, fill="black", font=face)
    return image


def as_bytes(image: Image.Image, format: str = "PNG", **more: object) -> bytes:
    buffer = io.BytesIO()
    image.save(buffer, format, **more)
    return buffer.getvalue()


def pdf(pages: Sequence[Sequence[str]] = (LINES,), password: str = "") -> bytes:
    """A4; line n stands 72 pt from the left, its base 72 + 30 n pt from the top."""
    buffer = io.BytesIO()
    locked = pdfencrypt.StandardEncryption(password) if password else None
    paper = canvas.Canvas(buffer, pagesize=(595, 842), encrypt=locked, invariant=1)
    for lines in pages:
        paper.setFont("Helvetica", 14)
        for n, line in enumerate(lines):
            paper.drawString(72, 842 - 72 - 30 * n, line)
        paper.showPage()
    paper.save()
    return buffer.getvalue()


def scanned_pdf(*pages: Image.Image) -> bytes:
    document = pdfium.PdfDocument.new()
    for image in pages:
        one = pdfium.PdfImage.new(document)
        one.load_jpeg(io.BytesIO(as_bytes(image, "JPEG")), inline=True)
        one.set_matrix(pdfium.PdfMatrix().scale(*image.size))
        page = document.new_page(*image.size)
        page.insert_obj(one)
        page.gen_content()
    buffer = io.BytesIO()
    document.save(buffer)
    return buffer.getvalue()


def archive(members: dict[str, bytes]) -> bytes:
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w") as file:
        for name, content in members.items():
            file.writestr(name, content)
    return buffer.getvalue()
