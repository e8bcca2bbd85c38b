"""What the flow `donation` asks for: every line decided, and the certificate of what was kept."""

from django.db.models import Sum

from shuren.kernel.i18n import gettext as _
from shuren.service import documents
from shuren.service.document_shapes import Sheet, SheetPart
from shuren.service.gift_shapes import ACCEPTED, OPEN
from shuren.service.internals.gift_rows import GiftItem, GiftThanks
from shuren.service.internals.gifts import stocking
from shuren.service.internals.hooks import Facts

TITLE = {"zh": "捐赠证书", "en": "Certificate of donation"}
_WORDS = {
    "zh": {
        "text": "%(who)s 向本馆捐赠图书，经筛选入藏 %(titles)s 种 %(volumes)s 册。谨致谢忱。",
        "donor": "捐赠人", "number": "编号", "list": "入藏书目",
        "heads": ("序号", "题名", "著者", "出版社", "年份", "册数"),
    },
    "en": {
        "text": "%(who)s gave books to this library, of which %(titles)s titles in %(volumes)s"
        " volumes were added to its collections. The library is grateful.",
        "donor": "A donor", "number": "Number", "list": "Titles added",
        "heads": ("No.", "Title", "Author", "Publisher", "Year", "Copies"),
    },
}  # fmt: skip


def why_open(facts: Facts) -> str:
    """How many lines of the list are not decided, or that too many volumes are accepted, as a
    sentence; "" when it can be processed."""
    left = GiftItem.objects.filter(case_id=facts.row.pk, decision=OPEN).count()
    if not left:
        return stocking.why_too_many(facts.row.pk)
    return _("%(count)s lines of the list are not decided yet.", count=f"{left:,}")


def acknowledge(facts: Facts) -> None:
    """Sign the certificate, where there is a list, show the gift on the page of thanks, and take
    what was accepted into stock."""
    thanks = GiftThanks.objects.filter(pk=facts.row.pk).first()
    if thanks is None:
        return
    kept = GiftItem.objects.filter(case_id=facts.row.pk, decision=ACCEPTED).order_by("number")
    rows = list(kept)
    thanks.titles = len(rows)
    thanks.volumes = kept.aggregate(sum=Sum("copies"))["sum"] or 0
    thanks.at = facts.at
    thanks.save()
    stocking.take_in(facts.site, facts.row.pk, rows, facts.actor)

    def write(language: str, number: str, version: int) -> Sheet:
        words = _WORDS[language]
        text = words["text"] % {  # type: ignore[operator]
            "who": thanks.named or words["donor"],
            "titles": f"{thanks.titles:,}",
            "volumes": f"{thanks.volumes:,}",
        }
        listed = tuple(
            (str(at), one.title, one.author, one.publisher, one.year, str(one.copies))
            for at, one in enumerate(rows, 1)
        )
        parts = [SheetPart("", (text,))]
        if listed:
            parts.append(SheetPart(str(words["list"]), heads=tuple(words["heads"]), rows=listed))
        return Sheet(TITLE[language], ((str(words["number"]), number),), tuple(parts),
                     is_certificate=True)  # fmt: skip

    documents.issue(
        facts.site, kind="donation", title=TITLE, letters="JZ", write=write,
        reader=facts.row.pseudonym, case=facts.row.pk, actor=facts.actor,
    )  # fmt: skip
