"""Roles and purposes: who may do what with which resource, and what data are used for."""

from dataclasses import dataclass
from typing import Any

from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.urls import reverse
from django.views.decorators.http import require_POST

from shuren.kernel.i18n import gettext as _
from shuren.kernel.i18n import pick
from shuren.trust import approvals
from shuren.trust.approvals import Approval
from shuren.trust.definitions import APPROVE, PERMISSION_PURPOSES, PERMISSIONS, Purpose
from shuren.trust.queries import may, purposes, roles
from shuren.web.access import requires
from shuren.web.workbench.shell import page

PLACE = "roles"


@dataclass(frozen=True)
class Cell:
    """One action on one resource: the roles that may, and the purposes it reads data for."""

    name: str
    title: str
    roles: tuple[str, ...]
    purposes: tuple[str, ...]


@dataclass(frozen=True)
class Shown:
    """A purpose with the board's approval of what its file says now, or None."""

    purpose: Purpose
    approval: Approval | None
    fingerprint: str
    roles: tuple[str, ...]
    whose: str


@dataclass(frozen=True)
class RoleShown:
    """A role with the board's approval of what its file says now, or None."""

    id: str
    title: str
    description: str
    approval: Approval | None
    fingerprint: str


@requires("contracts.read")
def index(request: HttpRequest) -> HttpResponse:
    known, granted = purposes(), roles()
    approved = {kind: approvals.approvals(kind) for kind in approvals.KINDS}
    whose = {
        "readers": _("readers"),
        "visitors": _("visitors"),
        "staff": _("staff"),
        "nobody": _("nobody"),
    }
    context: dict[str, Any] = {
        "cells": [
            Cell(
                name,
                pick(title),
                tuple(pick(one.title) for one in granted.values() if name in one.permissions),
                tuple(pick(known[id].title) for id in PERMISSION_PURPOSES[name] if id in known),
            )
            for name, title in PERMISSIONS.items()
        ],
        "purposes": [
            Shown(
                one,
                approved["purposes"][id],
                approvals.fingerprint("purposes", id),
                tuple(pick(role.title) for role in granted.values() if id in role.purposes),
                _(", ").join(whose[name] for name in one.whose),
            )
            for id, one in known.items()
        ],
        "roles": [
            RoleShown(
                id,
                pick(one.title),
                pick(one.description),
                approved["roles"][id],
                approvals.fingerprint("roles", id),
            )
            for id, one in granted.items()
        ],
        "may_approve": may(request.actor, APPROVE),  # type: ignore[attr-defined]
    }
    return page(request, "roles.html", context, place=PLACE)


@requires(APPROVE)
@require_POST
def approve(request: HttpRequest) -> HttpResponse:
    """POST  kind, id, seen (the fingerprint that was shown)"""
    form = request.POST
    kind, id = form.get("kind", ""), form.get("id", "")
    approvals.approve(kind, id, form.get("seen", ""), actor=request.actor)  # type: ignore[attr-defined]
    return HttpResponseRedirect(f"{reverse('workbench:roles')}#{kind}-{id}")
