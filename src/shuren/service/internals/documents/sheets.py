"""The words of a report, in one language, from a template, a case and its draft."""

from collections.abc import Mapping
from typing import Any

from shuren.kernel.clock import now
from shuren.service.document_shapes import PAPERS, TEXT, Sheet, SheetPart, Template, TemplatePart
from shuren.service.flow_shapes import Service
from shuren.service.internals.case_rows import Case
from shuren.service.internals.documents.indexes import index_counts

_WORDS = {
    "zh": {
        "number": "编号", "version": "版本", "day": "签发日期", "case": "服务单",
        "asked": "委托日期",
        "client": "委托事项", "indexed": "收录", "none": "—", "counted": "收录统计",
        "index": "索引", "papers": "篇数", "all": "共计论文", "lists": "收录名单数据",
        "no_lists": "本馆未载入收录名单，未作对照。",
    },
    "en": {
        "number": "Number", "version": "Version", "day": "Signed on", "case": "Case",
        "asked": "Commissioned on", "client": "Commission", "indexed": "Indexed in", "none": "—",
        "counted": "Counted by index", "index": "Index", "papers": "Papers", "all": "Papers in all",
        "lists": "Index lists as of",
        "no_lists": "No index lists are loaded; nothing was compared.",
    },
}  # fmt: skip


def report(
    template: Template,
    row: Case,
    service: Service,
    said: Mapping[str, Any],
    language: str,
    number: str,
    version: int,
) -> Sheet:
    """version 0: a draft, which has no day either"""
    words = _WORDS[language]
    facts = [(words["number"], number)]
    if version:
        facts.append((words["version"], str(version)))
        facts.append((words["day"], f"{now().astimezone():%Y-%m-%d}"))
    facts.append((words["asked"], f"{row.opened_at.astimezone():%Y-%m-%d}"))
    facts.append((words["case"], row.id))
    asked = SheetPart(words["client"], heads=("", ""), rows=_asked(row, service, language))
    parts = [asked] if asked.rows else []
    for part in template.parts:
        parts += _parts(part, said, language)
    return Sheet(template.title[language], tuple(facts), tuple(parts), template.statement[language])


def _asked(row: Case, service: Service, language: str) -> tuple[tuple[str, str], ...]:
    """What the reader filled in, by the titles of the form the case runs by."""
    found = []
    for field in service.form:
        value = row.fields.get(field.name)
        if value in (None, ""):
            continue
        if field.type == "choice" and str(value) in field.choices:
            value = field.choices[str(value)][language]
        if isinstance(value, str | int | float) and not isinstance(value, bool):
            found.append((field.title[language], str(value)))
    return tuple(found)


def _parts(part: TemplatePart, said: Mapping[str, Any], language: str) -> list[SheetPart]:
    words, value = _WORDS[language], said.get(part.id)
    title = part.title[language]
    if not value:
        return []
    if part.type == TEXT:
        return [SheetPart(title, tuple(line for line in str(value).split("\n\n") if line.strip()))]
    heads = [one[language] for one in part.columns.values()]
    rows = [[str(row.get(name, "")) for name in part.columns] for row in value]
    if part.type != PAPERS:
        return [SheetPart(title, heads=tuple(heads), rows=tuple(tuple(row) for row in rows))]
    heads.append(words["indexed"])
    for cells, paper in zip(rows, value, strict=True):
        cells.append(", ".join(paper.get("indexes", ())) or words["none"])
    numbered = tuple((str(at), *cells) for at, cells in enumerate(rows, 1))
    counted = _counted(value, str(said.get("indexes_of", "")), words)
    return [SheetPart(title, heads=("", *heads), rows=numbered), counted]


def _counted(papers: list[Any], of: str, words: dict[str, str]) -> SheetPart:
    lead = f"{words['all']} {len(papers)}"
    if not of:
        return SheetPart(words["counted"], (lead, words["no_lists"]))
    rows = tuple((name, str(count)) for name, count in index_counts(papers).items())
    return SheetPart(
        words["counted"], (lead, f"{words['lists']} {of}"), (words["index"], words["papers"]), rows
    )
