"""Which circulation system answers, and since when it does not."""

from datetime import datetime
from pathlib import Path

from shuren.kernel.clock import now
from shuren.kernel.ils_settings import IlsSettings
from shuren.kernel.site import Site
from shuren.service.ils_shapes import LinkState
from shuren.service.internals.circulation.own import Own
from shuren.service.internals.circulation.port import Adapter

# {folder of the site: when the first question of a row of unanswered ones was asked}
_down_since: dict[Path, datetime] = {}


def adapter(site: Site, settings: IlsSettings) -> Adapter:
    return Own(site)


def state(site: Site, adapter_name: str) -> LinkState:
    since = _down_since.get(site.root)
    return LinkState(adapter_name, since is None, since)


def failed(site: Site) -> None:
    _down_since.setdefault(site.root, now())


def answered(site: Site) -> None:
    _down_since.pop(site.root, None)
