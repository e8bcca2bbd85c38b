"""The circulation systems there are, by what `[ils] adapter` calls them; each is imported when it
is used."""

from shuren.kernel.ils_settings import IlsSettings
from shuren.kernel.site import Site
from shuren.service.internals.circulation.own import Own
from shuren.service.internals.circulation.port import Adapter


def adapter(site: Site, settings: IlsSettings) -> Adapter:
    if settings.sip2 is not None and settings.adapter == "sip2":
        from shuren.service.internals.circulation.sip2.adapter import Sip2

        return Sip2(site, settings.sip2)
    if settings.koha is not None and settings.adapter == "koha":
        from shuren.service.internals.circulation.koha import Koha

        return Koha(site, settings.koha)
    return Own(site)
