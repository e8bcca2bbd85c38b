"""The circulation systems there are, by what `[ils] adapter` calls them; each is imported when it
is used."""

from typing import TYPE_CHECKING, Union

from shuren.kernel.ils_settings import IlsSettings
from shuren.kernel.site import Site
from shuren.service.internals.circulation.own import Own
from shuren.service.internals.circulation.port import Adapter, Tried

if TYPE_CHECKING:
    from shuren.service.internals.circulation.koha import Koha
    from shuren.service.internals.circulation.sip2.adapter import Sip2


def adapter(site: Site, settings: IlsSettings) -> Adapter:
    return _made(site, settings)


def to_try(site: Site, settings: IlsSettings) -> Tried:
    return _made(site, settings)


def _made(site: Site, settings: IlsSettings) -> Union[Own, "Sip2", "Koha"]:
    if settings.sip2 is not None and settings.adapter == "sip2":
        from shuren.service.internals.circulation.sip2.adapter import Sip2

        return Sip2(site, settings.sip2)
    if settings.koha is not None and settings.adapter == "koha":
        from shuren.service.internals.circulation.koha import Koha

        return Koha(site, settings.koha)
    return Own(site)
