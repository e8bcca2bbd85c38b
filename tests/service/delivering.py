"""A delivery with a file, as the desk supplies it."""

from typing import Any

import yaml

from shuren.kernel.definitions import SHIPPED
from shuren.kernel.shapes import Actor
from shuren.kernel.site import Site
from shuren.service import cases, file_links
from shuren.service.case_shapes import Incoming
from shuren.service.file_links import Delivered
from shuren.service.internals import publishing
from tests.service.desk_of_cases import LIBRARIAN

NAME = "光催化 研究进展.pdf"
BYTES = b"%PDF-1.7\n" + bytes(range(256)) * 4096  # two parts of the store and a bit


def incoming(content: bytes = BYTES, name: str = NAME) -> Incoming:
    return Incoming(name, len(content), lambda: iter([content]))


def delivered(site: Site, actor: Actor, service: str = "document_delivery", **given: Any) -> str:
    """The id of a case whose file has just been supplied."""
    opened = cases.open_case(
        site, service, actor=actor,
        subject={"kind": "article", "id": "10.1/x", "title": "光催化"},
        fields={"personal_study": True},
    )  # fmt: skip
    cases.act(site, opened.id, "accept", actor=LIBRARIAN)
    fields = given or {"document": incoming()}
    cases.act(site, opened.id, "supply", actor=LIBRARIAN, fields=fields)
    return opened.id


def file_of(site: Site, case_id: str) -> Delivered:
    """What was delivered, as the desk sees it."""
    found = file_links.of_case(site, case_id, LIBRARIAN)
    assert found is not None
    return found


def declare(site: Site, service: str = "document_delivery", **delivery: Any) -> None:
    """The site's own file of a service, with other rules of delivery."""
    said = yaml.safe_load((SHIPPED / "services" / f"{service}.yaml").read_text("utf-8"))
    said["rules"]["delivery"] = said["rules"].get("delivery", {}) | delivery
    folder = site.definitions / "services"
    folder.mkdir(parents=True, exist_ok=True)
    (folder / f"{service}.yaml").write_text(yaml.safe_dump(said, allow_unicode=True), "utf-8")
    publishing.mark(site)
