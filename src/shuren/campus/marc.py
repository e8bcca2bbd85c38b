"""The catalogue as the cataloguing system hands it out: CNMARC, ISO 2709, GB18030.

Some records are damaged on purpose, as they are in old systems: a reader of the file must refuse
exactly these.
"""

from collections.abc import Callable
from pathlib import Path

import numpy as np

from shuren.campus.catalogue import Catalogue, Subject, Title
from shuren.campus.university import JIANGWAN
from shuren.kernel.files import write_atomically

FILE = "catalogue-cnmarc.iso"
_STREAM = 1
_SHARE = 0.004
_SUB, _FIELD, _RECORD = "\x1f", b"\x1e", b"\x1d"
_LEADER, _ENTRY = 24, 12
_ENCODING = "gb18030"


def write_bib_records(folder: Path, catalogue: Catalogue, seed: int) -> dict[str, object]:
    """One record a title with its copies in 905; returns what is in the file for truth.json."""
    rng = np.random.default_rng([seed, _STREAM])
    copies: dict[int, list[tuple[str, str]]] = {}
    for copy in catalogue.copies:
        copies.setdefault(copy.title, []).append((copy.barcode, copy.campus))
    records = [
        _record(number, title, topic(catalogue.subjects[title.subject], title),
                copies.get(number, []))
        for number, title in enumerate(catalogue.titles)
    ]  # fmt: skip
    chinese = [n for n, title in enumerate(catalogue.titles) if title.language == "zh"]
    kinds = list(_DAMAGE)
    count = max(len(kinds), round(_SHARE * len(records)))
    chosen = rng.choice(chinese, size=min(count, len(chinese)), replace=False)
    counts: dict[str, int] = {}
    for place, number in enumerate(chosen.tolist()):
        kind = kinds[place % len(kinds)]
        records[number] = _DAMAGE[kind](records[number])
        counts[kind] = counts.get(kind, 0) + 1
    write_atomically(folder / FILE, b"".join(records))
    return {
        "contract": "bib_records",
        "records": len(records) + counts.get("repeated_record", 0),
        "refused": sum(counts.values()),
        "dirt": dict(sorted(counts.items())),
    }


def topic(subject: Subject, title: Title) -> str:
    """What the title is about: the longest topic of its subject that it names, else "". Its class
    alone is not enough: a treatise on government is no book about public policy."""
    topics = subject.chinese if title.language == "zh" else subject.english
    return max((name for name, _code in topics if name in title.title), key=len, default="")


def _described(number: int, title: Title, about: str) -> list[tuple[str, str]]:
    """Contents and summary, of every other invented title: real books keep what is theirs."""
    if title.real or number % 2 or not about:
        return []
    if title.language == "zh":
        contents = f"绪论 -- {about}的由来 -- {about}的基本问题 -- {about}的今天 -- 参考文献"
        summary = f"本书从{about}的由来讲起，逐章说明它的基本问题与今天的面貌，书后附参考文献。"
    else:
        contents = f"Preface -- Origins of {about} -- Questions of {about} -- Today -- References"
        summary = f"Where {about} comes from, what it asks, and where it stands today."
    return [
        ("327", field_data("1 ", ("a", contents))),
        ("330", field_data("  ", ("a", summary))),
    ]


def _record(number: int, title: Title, about: str, copies: list[tuple[str, str]]) -> bytes:
    language = "chi" if title.language == "zh" else "eng"
    coded = f"20240901d{title.year}    em y0{language}y0110    ea"
    klass, _slash, book = title.call_number.partition("/")
    fields = [
        ("001", f"SCU{number + 1:07d}"),
        ("005", "20260901080000.0"),
        ("010", field_data("  ", ("a", title.isbn), ("d", f"CNY{title.price}"))),
        ("100", field_data("  ", ("a", coded.ljust(36)))),
        ("101", field_data("0 ", ("a", language))),
        ("102", field_data("  ", ("a", "CN"), ("b", "110000"))),
        ("200", field_data("1 ", ("a", title.title), ("9", title.pinyin), ("f", title.author))),
        ("210", field_data("  ", ("a", "北京"), ("c", title.publisher), ("d", str(title.year)))),
        *_described(number, title, about),
        *([("606", field_data("0 ", ("a", about)))] if about else []),
        ("690", field_data("  ", ("a", title.class_number), ("v", "5"))),
        ("701", field_data(" 0", ("a", title.author))),
        ("801", field_data(" 0", ("a", "CN"), ("b", "SCU"), ("c", "20240901"))),
    ]
    for campus in sorted({where for _barcode, where in copies}):
        held = [("b", barcode) for barcode, where in copies if where == campus]
        code = "JW" if campus == JIANGWAN else "YX"
        fields.append(("905", field_data("  ", ("a", code), *held, ("d", klass), ("e", book))))
    return iso_record(fields)


def field_data(indicators: str, *parts: tuple[str, str]) -> str:
    """Indicators and subfields; one without text is left out."""
    return indicators + "".join(f"{_SUB}{code}{text}" for code, text in parts if text)


def iso_record(fields: list[tuple[str, str]], kind: str = "am0") -> bytes:
    """One record; kind fills positions 6 to 8 of the leader."""
    directory, data = "", b""
    for tag, content in fields:
        encoded = content.encode(_ENCODING) + _FIELD
        directory += f"{tag}{len(encoded):04d}{len(data):05d}"
        data += encoded
    base = _LEADER + len(directory) + 1
    leader = f"{base + len(data) + 1:05d}n{kind} 22{base:05d}   450 "
    return (leader + directory).encode() + _FIELD + data + _RECORD


def _stray_byte(record: bytes) -> bytes:
    """0xFF begins nothing in GB18030; it stands for half a character of the title."""
    at = next(n for n in range(record.index(b"\x1fa", record.index(b"ea")), len(record))
              if record[n] >= 0x80)  # fmt: skip
    return record[:at] + b"\xff" + record[at + 1 :]


_DAMAGE: dict[str, Callable[[bytes], bytes]] = {
    "stray_byte": _stray_byte,
    "short_leader": lambda record: record[:5] + record[6:],
    "broken_directory": lambda record: record[:36] + b"\x00\x00\x00" + record[39:],
    "cut_record": lambda record: record[:20] + _RECORD,
    "no_title": lambda record: record.replace(b"\x1e1 \x1fa", b"\x1e1 \x1fz", 1),
    "repeated_record": lambda record: record + record,
}
