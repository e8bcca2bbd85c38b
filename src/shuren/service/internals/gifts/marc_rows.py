"""An accepted title as the columns that a CNMARC record is written from."""

import re
from collections.abc import Sequence
from typing import Any

from shuren.service.internals.gift_rows import GiftCopy, GiftItem
from shuren.service.internals.gifts import stocking

_ROLE = re.compile(r"\s*(?:等)?\s*(?:编著|主编|编译|译注|校注|著|编|译|撰|辑)$")
_HAN = re.compile(r"[\u3400-\u9fff]")
BOOK = "am"  # printed text, a monograph


def rows(line: GiftItem, copies: Sequence[GiftCopy]) -> tuple[dict[str, Any], list[dict[str, Any]]]:
    """(columns of bib_records, columns of items for each copy that says anything)"""
    year = stocking.YEAR.search(line.year)
    class_number = next((one.class_number for one in copies if one.class_number), "")
    record = {
        "record_id": copies[0].copy_id.rpartition("-")[0],
        "source_system": "SHUREN",
        "record_type": BOOK,
        "title": line.title,
        "responsibility": line.author,
        "authors": _ROLE.sub("", line.author),
        "publisher": line.publisher,
        "published": line.year,
        "published_year": year[0] if year else "",
        "isbn_given": line.isbn,
        "language": "chi" if _HAN.search(line.title) else "",
        "class_number": class_number,
    }
    held = [
        {
            "item_id": one.barcode,
            "call_number": one.call_number,
            "campus": one.campus,
            "location": one.location,
        }
        for one in copies
        if one.barcode or one.call_number
    ]
    return record, held
