"""The rows of a page by the contract `content_units`: the page, its lines, its passages."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field

from shuren.data.internals.content.segments import passages
from shuren.data.internals.content.shapes import Box, Page

PAGE, LINE, SEGMENT = "page", "line", "segment"
# What a list beside the documents may say of each of them; else mapping or connector do.
STATED = ("record_id", "rights", "licence")
COLUMNS = (
    "document_id", "unit_kind", "page_no", "unit_no", "content_text", "first_line", "last_line",
    "x_left", "y_top", "x_right", "y_bottom", "confidence", "text_from", "engine",
    "engine_version", "page_width", "page_height", "document_title", "file_name", "media_type",
)  # fmt: skip


@dataclass(frozen=True)
class Facts:
    """What every row says of its document."""

    id: str
    file_name: str
    title: str
    media_type: str
    stated: dict[str, str] = field(default_factory=dict)


def rows_of(
    facts: Facts, page: Page, stated: Sequence[str], number: int = 0
) -> Iterator[list[str | None]]:
    """number  of the page in its document, where it is not the page's own"""
    about = (
        page.text_from,
        page.engine,
        page.engine_version,
        f"{page.width:.2f}",
        f"{page.height:.2f}",
        facts.title,
        facts.file_name,
        facts.media_type,
        *(facts.stated.get(name, "") for name in stated),
    )

    def row(
        kind: str, no: int, text: str, lines: tuple[int, int] | None, box: Box | None,
        sure: float | None,
    ) -> list[str | None]:  # fmt: skip
        first, last = (str(lines[0]), str(lines[1])) if lines else (None, None)
        edges = [f"{edge:.5f}" for edge in box] if box else [None] * 4
        return [
            facts.id, kind, str(number or page.number), str(no), text, first, last, *edges,
            None if sure is None else f"{sure:.4f}", *about,
        ]  # fmt: skip

    count = len(page.lines)
    yield row(PAGE, 0, "", (1, count) if count else None, None, page.confidence)
    for no, line in enumerate(page.lines, 1):
        yield row(LINE, no, line.text, (no, no), line.box, line.confidence)
    for no, part in enumerate(passages(page.lines), 1):
        yield row(SEGMENT, no, part.text, (part.first, part.last), part.box, part.confidence)
