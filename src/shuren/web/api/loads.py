"""Receipts: what came in, and what became of it. Who loaded it is not told."""

from typing import Annotated, Any

from django.http import HttpRequest, HttpResponse
from pydantic import Field

from shuren.data import queries as data
from shuren.data.shapes import Receipt
from shuren.web.api import cursors, shapes
from shuren.web.api.endpoint import endpoint
from shuren.web.api.formats import json_answer, next_address
from shuren.web.api.marts import Text
from shuren.web.api.uses import note_use
from shuren.web.workbench.shell import current_site


@endpoint("/loads", tag="loads", response=shapes.Loads, scope="loads:read")
def loads(
    request: HttpRequest,
    contract: Text = "",
    limit: Annotated[int, Field(ge=1, le=1000)] = 100,
    after: Text = "",
) -> HttpResponse:
    question = cursors.question_of(["loads", contract])
    found = data.receipts(current_site(), contract or None)
    found.sort(key=_place, reverse=True)
    if after:
        cursor = cursors.read(after)
        cursors.same_question(cursor, question)
        found = [one for one in found if _place(one) < cursor.values]
    shown = found[:limit]
    note_use(request, "api.loads", len(shown))
    mark = ""
    if len(found) > limit:
        mark = cursors.write(cursors.Cursor("", question, _place(shown[-1])))
    return json_answer(
        request,
        {
            "loads": [_json(one) for one in shown],
            "after": mark or None,
            "next": next_address(request, mark) if mark else None,
        },
    )


@endpoint("/loads/{id}", tag="loads", response=shapes.LoadShape, scope="loads:read")
def load(request: HttpRequest, id: str) -> HttpResponse:
    receipt = data.receipt(current_site(), id)
    note_use(request, "api.loads", 1)
    return json_answer(request, _json(receipt))


def _place(receipt: Receipt) -> tuple[str, str]:
    return receipt.finished_at.isoformat(), receipt.id


def _json(receipt: Receipt) -> dict[str, Any]:
    return {
        "id": receipt.id,
        "contract": receipt.contract,
        "contract_version": receipt.contract_version,
        "source": receipt.source,
        "file": receipt.source_name,
        "sha256": receipt.source_hash,
        "bytes": receipt.source_bytes,
        "records": receipt.records,
        "accepted": receipt.accepted,
        "refused": receipt.refused,
        "rules": receipt.rules,
        "started_at": receipt.started_at.isoformat(),
        "finished_at": receipt.finished_at.isoformat(),
    }
