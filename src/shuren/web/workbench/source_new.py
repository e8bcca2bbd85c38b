"""Setting up a source from one of its files: send it, say what is what, try it, load it."""

from pathlib import Path
from typing import Any

from django.conf import settings
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.urls import reverse

from shuren.data import actions, definitions, queries
from shuren.data.errors import AlreadyLoaded, AlreadyThere
from shuren.data.shapes import Mapping
from shuren.data.trial import DryRun, Suggestion
from shuren.kernel.errors import ShurenError
from shuren.kernel.i18n import gettext as _
from shuren.kernel.shapes import Actor
from shuren.kernel.site import Site
from shuren.web import uploads
from shuren.web.access import requires
from shuren.web.workbench.mapping_form import form_rows, read_form
from shuren.web.workbench.shares import share_text, split
from shuren.web.workbench.shell import Crumb, crumbs, current_site, page

TABLE = "table"
_LISTED = 50


@requires("loads.run")
def start(request: HttpRequest) -> HttpResponse:
    """Step 1: send a file, or choose one that lies in a drop folder."""
    site = current_site()
    problem: ShurenError | None = None
    dropped = _dropped(site)
    if request.method == "POST":
        try:
            token = _keep(request, site, dropped)
            return HttpResponseRedirect(reverse("workbench:source-map", args=[token]))
        except uploads.BadUpload as error:
            problem = error
    uploads.sweep(site)
    context = {
        "dropped": sorted(dropped),
        "limit": settings.SITE_SETTINGS.upload_mb,
        "problem": problem,
        "trail": crumbs("sources", Crumb(_("Set up a source"))),
    }
    return page(request, "source_new.html", context, place="sources",
                status=400 if problem else 200)  # fmt: skip


@requires("loads.run")
def configure(request: HttpRequest, token: str) -> HttpResponse:
    """Steps 2 to 4: the preview and the form; what a load would refuse; saved and loaded."""
    site = current_site()
    path = uploads.kept(request, site, token)
    if request.method == "POST" and request.POST.get("do") == "drop":
        uploads.drop(request, site)
        return HttpResponseRedirect(reverse("workbench:source-new"))
    try:
        work = _Work(request, site, path)
    except ShurenError as error:
        return _cannot(request, path, error)
    if request.method == "POST" and work.suggestion:
        try:
            done = work.post(request.POST.get("do", ""))
        except ShurenError as error:
            work.problem = error
        else:
            if done:
                uploads.drop(request, site)
                return HttpResponseRedirect(reverse("workbench:load", args=[done]))
    status = 400 if work.problem else 200
    return page(request, "source_map.html", work.context(), place="sources", status=status)


class _Work:
    """One file in the middle of being set up."""

    def __init__(self, request: HttpRequest, site: Site, path: Path) -> None:
        self.request, self.site, self.path = request, site, path
        self.actor: Actor = request.actor  # type: ignore[attr-defined]
        self.problem: ShurenError | None = None
        self.run: DryRun | None = None
        asked = request.POST.get("contract", "") or request.GET.get("contract", "")
        self.contracts = definitions.contracts(site)
        asked = asked if asked in self.contracts else ""
        every = queries.suggest_mapping(site, path, asked)
        if not every and not asked:
            every = queries.suggest_mapping(site, path, next(iter(self.contracts)))
        self.found: list[Suggestion] = every
        self.suggestion = every[0] if every else None
        self.preview = queries.preview(site, path)
        self.is_table = self.preview.source == TABLE
        self.mapping = self.suggestion.mapping if self.suggestion else None
        self.id = request.POST.get("id") or (self.mapping.id if self.mapping else "")
        if self.suggestion and self.is_table and "do" in request.POST:
            self._read_form(self.suggestion)

    def _read_form(self, suggestion: Suggestion) -> None:
        contract = self.contracts[suggestion.contract]
        try:
            self.mapping = read_form(self.request.POST, contract, suggestion.mapping, self.preview)
        except ShurenError as error:
            self.problem = error

    def post(self, do: str) -> str:
        """Try, or save and load; returns the id of the load, or "" """
        if self.problem or not self.suggestion or not self.mapping:
            return ""
        contract = self.suggestion.contract
        if do == "load":
            mapping_id = self._save(self.mapping) if self.is_table else self.mapping.id
            try:
                receipt = actions.load_file(
                    self.site, contract, self.path, actor=self.actor, mapping_id=mapping_id
                )
            except AlreadyLoaded as known:
                return known.receipt.id
            return receipt.id
        self.run = actions.dry_run(self.site, contract, self.path, self.mapping, actor=self.actor)
        return ""

    def _save(self, mapping: Mapping) -> str:
        """A second try with the same mapping finds it saved."""
        try:
            actions.save_mapping(self.site, self.id, mapping, actor=self.actor)
        except AlreadyThere:
            there = definitions.mappings(self.site).get(self.id)
            said = definitions.mapping_yaml
            if there is None or said(there) != said(mapping):
                raise
        return self.id

    def context(self) -> dict[str, Any]:
        shown = self.preview
        if self.mapping and self.is_table:
            shown = queries.preview(self.site, self.path, self.mapping)
        fields: list[dict[str, Any]] = []
        yaml = ""
        if self.suggestion and self.mapping and self.is_table:
            contract = self.contracts[self.suggestion.contract]
            fields = form_rows(contract, self.suggestion, self.mapping, self.preview)
            yaml = definitions.mapping_yaml(self.mapping)
        others = {one.contract: round(100 * one.score) for one in self.found}
        return {
            "file": self.path.name,
            "preview": shown,
            "is_table": self.is_table,
            "suggestion": self.suggestion,
            "contracts": _choices(self.contracts, others, self.suggestion),
            "fields": fields,
            "yaml": yaml,
            "id": self.id,
            "run": self.run,
            "sum": _sum(self.run) if self.run else None,
            "problem": self.problem,
            "trail": _trail(self.path),
        }


def _keep(request: HttpRequest, site: Site, dropped: dict[str, Path]) -> str:
    chosen = request.POST.get("dropped", "")
    if chosen in dropped:
        with dropped[chosen].open("rb") as file:
            chunks = iter(lambda: file.read(1 << 20), b"")
            return uploads.keep(request, site, dropped[chosen].name, chunks)
    sent = request.FILES.get("file")
    if sent is None or isinstance(sent, list):
        raise uploads.BadUpload(_("No file was chosen."), fix=_("Choose one and send it."))
    return uploads.keep(request, site, sent.name or "", sent.chunks())


def _dropped(site: Site) -> dict[str, Path]:
    """Files in the folders of connectors, by `connector/name`."""
    found: dict[str, Path] = {}
    for id, one in definitions.connectors(site).items():
        if one.source != "folder" or not one.settings.get("path"):
            continue
        folder = site.root / Path(str(one.settings["path"])).expanduser()
        if folder.is_dir():
            inside = (p for p in folder.iterdir() if p.is_file() and not p.is_symlink())
            names = sorted(p for p in inside if p.name[0] != ".")
            found |= {f"{id}/{p.name}": p for p in names[:_LISTED]}
    return found


def _choices(
    contracts: dict[str, Any], scores: dict[str, int], chosen: Suggestion | None
) -> list[dict[str, Any]]:
    """Those that fit first."""
    ordered = sorted(contracts.values(), key=lambda one: (-scores.get(one.id, 0), one.id))
    return [
        {
            "id": one.id,
            "title": one.title,
            "score": scores.get(one.id),
            "chosen": chosen is not None and chosen.contract == one.id,
        }
        for one in ordered
    ]


def _sum(run: DryRun) -> dict[str, Any]:
    """The equation of components/sum.html."""
    return {
        "whole": {"number": f"{run.records:,}", "label": _("records read")},
        "good": {"number": f"{run.accepted:,}", "label": _("would be accepted")},
        "held": {"number": f"{run.refused:,}", "label": _("would be refused")},
        "parts": split(run.accepted, run.refused),
        "note": _("%(share)s accepted", share=share_text(run.accepted, run.records)),
    }


def _trail(path: Path) -> list[Crumb]:
    new = Crumb(_("Set up a source"), reverse("workbench:source-new"))
    return crumbs("sources", new, Crumb(path.name))


def _cannot(request: HttpRequest, path: Path, error: ShurenError) -> HttpResponse:
    context = {"file": path.name, "problem": error, "suggestion": None, "trail": _trail(path)}
    return page(request, "source_map.html", context, place="sources", status=400)
