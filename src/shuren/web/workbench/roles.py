"""Roles and purposes: who may do what with which resource, and what data are used for."""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from django.conf import settings
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.urls import reverse
from django.views.decorators.http import require_POST

from shuren.kernel.definitions import find_definitions
from shuren.kernel.i18n import gettext as _
from shuren.kernel.i18n import pick
from shuren.trust import approvals, definitions
from shuren.trust.approvals import Approval
from shuren.trust.definitions import APPROVE, PERMISSIONS, Purpose, Role, Waiting
from shuren.trust.queries import may, purposes, roles
from shuren.web.access import requires
from shuren.web.workbench.shell import page

PLACE = "roles"


@dataclass(frozen=True)
class Cell:
    """One action on one resource: the roles that may, and those that may use data for a purpose
    while doing it; no roles where it is all of them."""

    name: str
    title: str
    roles: tuple[str, ...]
    purposes: tuple[tuple[str, tuple[str, ...]], ...]


@dataclass(frozen=True)
class Shown:
    """A purpose with the board's approval of what its file says now, or None.

    waits    whether its file says more than what is in force; `more`: what that is, () for all
    shipped  it is ours as it came, and in force without an approval
    """

    purpose: Purpose
    approval: Approval | None
    fingerprint: str
    roles: tuple[str, ...]
    whose: str
    shipped: bool
    waits: bool = False
    more: tuple[str, ...] = ()


@dataclass(frozen=True)
class RoleShown:
    """A role with the board's approval of what its file says now, or None."""

    id: str
    title: str
    description: str
    approval: Approval | None
    fingerprint: str
    grants: tuple[tuple[str, tuple[str, ...]], ...]
    shipped: bool
    waits: bool = False
    more: tuple[str, ...] = ()


@requires("contracts.read")
def index(request: HttpRequest) -> HttpResponse:
    site = settings.SITE
    held, held_roles = definitions.purposes.waiting(site), definitions.roles.waiting(site)
    # What is in force, and what is new and waits; of a changed one both, the change as a list.
    known = purposes() | {id: one.said for id, one in held.items() if not one.more}
    granted = roles() | {id: one.said for id, one in held_roles.items() if not one.more}
    approved = {kind: approvals.approvals(kind) for kind in approvals.KINDS}
    shipped = {
        kind: {id for id, file in find_definitions(kind, site).items() if not file.local}
        for kind in approvals.KINDS
    }
    whose = {
        "readers": _("readers"),
        "visitors": _("visitors"),
        "staff": _("staff"),
        "nobody": _("nobody"),
    }
    context: dict[str, Any] = {
        "cells": [
            _cell(name, pick(title), known, roles().values()) for name, title in PERMISSIONS.items()
        ],
        "purposes": [
            Shown(
                one,
                approved["purposes"][id],
                approvals.fingerprint("purposes", id),
                tuple(pick(role.title) for role in granted.values() if id in role.purposes),
                _(", ").join(whose[name] for name in one.whose),
                id in shipped["purposes"],
                *_held(held.get(id)),
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
                tuple(
                    (pick(PERMISSIONS[name]), tuple(pick(known[p].title) for p in given))
                    for name, given in one.grants.items()
                ),
                id in shipped["roles"],
                *_held(held_roles.get(id)),
            )
            for id, one in granted.items()
        ],
        "may_approve": may(request.actor, APPROVE),  # type: ignore[attr-defined]
    }
    return page(request, "roles.html", context, place=PLACE)


def _held(one: Waiting[Any] | None) -> tuple[bool, tuple[str, ...]]:
    return one is not None, one.more if one else ()


def _cell(name: str, title: str, known: dict[str, Purpose], granted: Iterable[Role]) -> Cell:
    able = {pick(one.title): one.grants[name] for one in granted if name in one.grants}
    given = dict.fromkeys(id for purposes in able.values() for id in purposes)
    using = {id: tuple(role for role, purposes in able.items() if id in purposes) for id in given}
    return Cell(
        name,
        title,
        tuple(able),
        tuple((pick(known[id].title), () if len(u) == len(able) else u) for id, u in using.items()),
    )


@requires(APPROVE)
@require_POST
def approve(request: HttpRequest) -> HttpResponse:
    """POST  kind, id, seen (the fingerprint that was shown)"""
    form = request.POST
    kind, id = form.get("kind", ""), form.get("id", "")
    approvals.approve(kind, id, form.get("seen", ""), actor=request.actor)  # type: ignore[attr-defined]
    return HttpResponseRedirect(f"{reverse('workbench:roles')}#{kind}-{id}")
