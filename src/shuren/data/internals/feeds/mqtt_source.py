"""The source `mqtt`: events of sensors. `shuren listen` writes what arrives into batches below
data/listening/<connector>/ and takes them in; `fetch` brings those that a kill left behind."""

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from shuren.data.internals.feeds.jsonl_source import JsonLinesSource
from shuren.data.source import Connector, Fetched
from shuren.kernel.errors import UsageError
from shuren.kernel.i18n import gettext as _
from shuren.kernel.shapes import Progress
from shuren.kernel.site import Site

SUFFIX = ".ndjson"


@dataclass(frozen=True)
class Topic:
    """What to subscribe to, and by which contract and mapping its messages are read."""

    pattern: str
    contract: str
    mapping: str


class MqttSource(JsonLinesSource):
    """See source.Source."""

    files_stand_alone = True

    def recognises(self, path: Path, start: bytes) -> bool:
        return False  # a batch is a file of lines of JSON like any other

    def fetch(
        self, site: Site, connector: Connector, cursor: str, folder: Path, progress: Progress
    ) -> Iterator[Fetched]:
        for place, topic in enumerate(topics(connector)):
            for path in batches(site, connector.id, place):
                yield Fetched(path, contract=topic.contract, mapping=topic.mapping)
                path.unlink(missing_ok=True)


def topics(connector: Connector) -> list[Topic]:
    """raises  UsageError if there is none, or one without a contract"""
    found = [
        Topic(
            str(part["topic"]),
            str(part.get("contract") or connector.contract),
            str(part.get("mapping") or connector.mapping),
        )
        for part in connector.settings.get("topics", ())
    ]
    if not found or not all(topic.contract for topic in found):
        raise UsageError(
            _("The connector '%(id)s' names no topics with a contract.", id=connector.id),
            fix=_("Write `settings.topics` as a list of {topic, contract, mapping}."),
        )
    return found


def spool(site: Site, connector: str) -> Path:
    return site.data / "listening" / connector


def batches(site: Site, connector: str, place: int) -> list[Path]:
    """Finished batches of the topic at this place, oldest first."""
    return sorted(spool(site, connector).glob(f"{place}-*{SUFFIX}"))


def fits(pattern: str, topic: str) -> bool:
    """Whether a topic is one of those a subscription asks for (+ one level, # the rest)."""
    wanted, found = pattern.split("/"), topic.split("/")
    for place, level in enumerate(wanted):
        if level == "#":
            return True
        if place >= len(found) or level not in ("+", found[place]):
            return False
    return len(wanted) == len(found)
