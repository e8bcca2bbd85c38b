"""Services in words, for the portal, the workbench and the API."""

from shuren.kernel.i18n import gettext as _
from shuren.service.flow_shapes import Promise, Service

AT_ONCE = 0.5


def finished(promise: Promise) -> str:
    """What is promised, in one phrase; "" where nothing is."""
    return _hours(promise.finish, promise.clock, _("At once"))


def answered(promise: Promise) -> str:
    return _hours(promise.respond, promise.clock, _("At once"))


def _hours(hours: float | None, clock: str, at_once: str) -> str:
    if hours is None:
        return ""
    if hours < AT_ONCE:
        return at_once
    if clock == "working" and hours >= 16 and hours % 8 == 0:
        return _("Within %(days)s working days", days=f"{hours / 8:g}")
    if clock == "working":
        return _("Within %(hours)s working hours", hours=f"{hours:g}")
    return _("Within %(hours)s hours", hours=f"{hours:g}")


def source(service: Service) -> str:
    """What a page says of a draft, "" of the others."""
    if service.source == "draft":
        return _("A draft: the library may change or strike it.")
    return ""
