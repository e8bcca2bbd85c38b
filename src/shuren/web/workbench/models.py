"""Learned models: their cards, what stands against using each, and how its data have drifted."""

from dataclasses import dataclass
from typing import Any

from django.http import Http404, HttpRequest, HttpResponse

from shuren.data import learned
from shuren.data.drift import CHANGING, DRIFTED, EMPTY, NUMBER, RARE, Drift
from shuren.data.errors import NoSnapshot
from shuren.data.lineage import Graph
from shuren.data.resolution import PROMOTED, Card
from shuren.kernel.i18n import gettext as _
from shuren.kernel.i18n import pick
from shuren.web.access import requires
from shuren.web.lineage import lineage
from shuren.web.workbench.lineage_view import Wish
from shuren.web.workbench.model_words import kinds, measures
from shuren.web.workbench.shell import Crumb, crumbs, current_site, page

MODEL = "learned_model:"


@dataclass(frozen=True)
class Line:
    """A model in the list: its newest card, what stands against it, its worst drift or None."""

    card: Card
    against: list[str]
    worst: Drift | None

    @property
    def promoted(self) -> bool:
        return self.card.state == PROMOTED


def model_lines() -> list[Line]:
    """The newest card of each model."""
    site = current_site()
    found: dict[str, Any] = {}
    for card in learned.model_cards(site):
        found.setdefault(card.name, card)
    lines = []
    for card in found.values():
        drifts = _drift(card)
        lines.append(Line(card, _against(card), drifts[0] if drifts else None))
    return lines


@requires("contracts.read")
def one(request: HttpRequest, name: str) -> HttpResponse:
    """A model's newest card. A model that has not learned yet has a place and no card."""
    site = current_site()
    graph = lineage(site, actor=request.actor)  # type: ignore[attr-defined]
    node = graph.nodes.get(f"{MODEL}{name}")
    own = [card for card in learned.model_cards(site) if card.name == name]
    if node is None and not own:
        raise Http404
    title = pick(dict(node.title if node else own[0].title))
    wish = Wish()
    context: dict[str, Any] = {
        "title": title,
        "card": own[0] if own else None,
        "earlier": own[1:],
        "in_use": next((card for card in own if card.state == PROMOTED), None),
        "lineage_url": wish.url(node.id) if node else "",
        "trail": crumbs("catalogue", Crumb(title)),
    }
    if own:
        context |= {
            "against": _against(own[0]),
            "drifts": [_shown(graph, drift, own[0]) for drift in _drift(own[0])],
            "measures": measures(own[0].evaluation),
            "kinds": kinds(own[0].evaluation),
            "stands_on": list(own[0].loads.items()),  # a contract may be called "items"
        }
    return page(request, "model.html", context, place="catalogue")


def _against(card: Card) -> list[str]:
    try:
        return learned.against_model(current_site(), card)
    except NoSnapshot as error:
        return [error.message]


def _drift(card: Card) -> list[Drift]:
    try:
        return learned.model_drift(current_site(), card)
    except NoSnapshot:
        return []


def _shown(graph: Graph, drift: Drift, card: Card) -> dict[str, Any]:
    kept, node = card.distributions[drift.column], graph.nodes.get(drift.column)
    bins = [
        {"label": _bin(name, kept.kind, kept.edges), "then": then, "now": now}
        for name, then, now in drift.bins
    ]
    words = {DRIFTED: _("drifted"), CHANGING: _("changing")}
    tones = {DRIFTED: "bad", CHANGING: "warn"}
    return {
        "drift": drift,
        "title": pick(node.title) if node else drift.column,
        "table": pick(graph.nodes[node.table].title) if node else "",
        "url": Wish().url(node.id) if node else "",
        "bins": bins,
        "word": words.get(drift.verdict, _("steady")),
        "tone": tones.get(drift.verdict, "good"),
    }


def _bin(name: str, kind: str, edges: tuple[float, ...]) -> str:
    """What a bin is called by people."""
    if name == EMPTY:
        return _("no value")
    if name == RARE:
        return _("rare or new")
    if kind != NUMBER:
        scripts = {
            "han": _("Chinese"), "latin": _("Latin letters"), "digits": _("figures"),
            "signs": _("other signs"),
        }  # fmt: skip
        script, _space, length = name.partition(" ")
        if script in scripts and length:
            return _("%(script)s, %(length)s signs", script=scripts[script], length=length)
        return name
    place = int(name)
    if not edges:
        return _("any number")
    if place == 0:
        return f"≤ {edges[0]:g}"
    if place == len(edges):
        return f"> {edges[-1]:g}"
    return f"{edges[place - 1]:g} – {edges[place]:g}"
