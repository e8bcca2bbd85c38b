"""Earlier opinions as suggestions look at them."""

from datetime import timedelta

from shuren.kernel.clock import now
from shuren.management.internals.suggesting import Decided, Memory
from shuren.management.internals.voice_rows import Opinion

MOST, RULE = 400, "rule"


def memory() -> Memory:
    """The newest opinions whose topic a person decided; what is past its term is without words and
    teaches nothing."""
    rows = Opinion.objects.exclude(topic_by=RULE).exclude(text="").order_by("-received_at")
    found = rows.values_list("case_id", "topic", "title", "text")[:MOST]
    return Memory([Decided(id, topic, f"{title}。{text}") for id, topic, title, text in found])


def others_open(case_id: str) -> list[Opinion]:
    """Opinions that another may say the same as: open, and not older than half a year."""
    since = now() - timedelta(days=183)
    rows = Opinion.objects.filter(merged_into="", closed_at__isnull=True, received_at__gt=since)
    return list(rows.exclude(pk=case_id).exclude(text="").order_by("-received_at")[:MOST])
