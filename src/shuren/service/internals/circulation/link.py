"""Whether the circulation system answers, and since when it does not."""

from datetime import datetime, timedelta
from pathlib import Path

from shuren.kernel.clock import now
from shuren.kernel.i18n import gettext as _
from shuren.kernel.site import Site
from shuren.service.ils_errors import IlsDown
from shuren.service.ils_shapes import LinkState

# A page does not wait again for a system that just kept another one waiting.
REST = timedelta(seconds=10)
# {folder of the site: (when the first of a row of unanswered questions was asked, and the last)};
# each process finds out by itself.
_down: dict[Path, tuple[datetime, datetime]] = {}


def state(site: Site, adapter_name: str) -> LinkState:
    since = _down.get(site.root)
    return LinkState(adapter_name, since is None, since[0] if since else None)


def failed(site: Site) -> None:
    first, _last = _down.get(site.root, (now(), now()))
    _down[site.root] = (first, now())


def answered(site: Site) -> None:
    _down.pop(site.root, None)


def not_at_once_again(site: Site) -> None:
    """raises  IlsDown when a question went unanswered a moment ago"""
    since = _down.get(site.root)
    if since is not None and now() - since[1] < REST:
        raise IlsDown(_("The circulation system does not answer."))
