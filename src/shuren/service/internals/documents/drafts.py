"""What a draft holds, and whether it is done."""

from collections.abc import Mapping
from typing import Any

import orjson

from shuren.kernel.site import Site
from shuren.service.document_shapes import Template
from shuren.service.internals.document_rows import ReportDraft
from shuren.trust.actions import unseal


def context(case_id: str) -> str:
    return f"service.report_draft:{case_id}"


def content(site: Site, kept: ReportDraft) -> dict[str, Any]:
    found: dict[str, Any] = orjson.loads(unseal(site, bytes(kept.sealed), context(kept.case_id)))
    return found


def missing(template: Template, said: Mapping[str, Any]) -> tuple[dict[str, str], ...]:
    """Titles of the parts without which the report is not done."""
    return tuple(part.title for part in template.parts if part.required and not said.get(part.id))
