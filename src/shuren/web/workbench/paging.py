"""Pages of a long list, as components/pager.html wants them."""

from dataclasses import dataclass

from django.http import HttpRequest

from shuren.kernel.i18n import gettext as _

_LONGEST = 15


@dataclass(frozen=True)
class Paging:
    """Where a page stands in `total` rows; numbers count from 1."""

    number: int
    total: int
    per_page: int
    previous: str
    next: str

    @property
    def pages(self) -> int:
        return last_page(self.total, self.per_page)

    @property
    def offset(self) -> int:
        return (self.number - 1) * self.per_page

    @property
    def text(self) -> str:
        """`51–100 of 13,048`."""
        return _(
            "%(first)s–%(last)s of %(total)s",
            first=f"{min(self.offset + 1, self.total):,}",
            last=f"{min(self.offset + self.per_page, self.total):,}",
            total=f"{self.total:,}",
        )


def paging(request: HttpRequest, total: int, per_page: int) -> Paging:
    """The page that `?page=` asks for, the nearest one there is; links keep the other filters."""
    last = last_page(total, per_page)
    number = min(max(1, whole_number(request.GET.get("page", "")) or 1), last)
    return Paging(
        number=number,
        total=total,
        per_page=per_page,
        previous=_link(request, number - 1) if number > 1 else "",
        next=_link(request, number + 1) if number < last else "",
    )


def whole_number(text: str) -> int | None:
    """What an address or a form says as a number. Other scripts' digits and numbers longer than
    any row or page has are none: int() raises on both."""
    return int(text) if text.isascii() and text.isdigit() and len(text) <= _LONGEST else None


def last_page(total: int, per_page: int) -> int:
    return max(1, -(-total // per_page))


def _link(request: HttpRequest, number: int) -> str:
    query = request.GET.copy()
    query["page"] = str(number)
    return f"?{query.urlencode()}"
