"""Which version of a service and its flow a case runs by: kept when first used, for good."""

from functools import lru_cache

from shuren.kernel.clock import now
from shuren.kernel.errors import DefinitionError
from shuren.kernel.i18n import gettext as _
from shuren.kernel.site import Site
from shuren.service.definitions import declared, read_declared, services
from shuren.service.flow_shapes import Declared
from shuren.service.internals.case_rows import Declaration


def current(site: Site, service: str) -> Declared:
    """What a new case runs by; raises UnknownName."""
    return declared(site, service)


def keep(version: Declared) -> None:
    """Keep a version; nothing where it is kept already."""
    if Declaration.objects.filter(pk=version.print).exists():
        return
    said = {"flow": version.flow.said, "service": version.service.said}
    Declaration.objects.bulk_create(
        [Declaration(print=version.print, said=said, first_used_at=now())], ignore_conflicts=True
    )


def of(site: Site, service: str, print: str) -> Declared:
    """What a running case runs by, whatever the files say now.

    raises  DefinitionError if it is not kept
    """
    if service in services(site):
        now_declared = declared(site, service)
        if now_declared.print == print:
            return now_declared
    return _kept(print)


@lru_cache(maxsize=256)
def _kept(print: str) -> Declared:
    row = Declaration.objects.filter(pk=print).first()
    if row is None:
        raise DefinitionError(
            _("The version %(print)s of a service is not kept in the database.", print=print),
            fix=_("Restore the table service_declaration from a backup."),
        )
    return read_declared(print, row.said)
