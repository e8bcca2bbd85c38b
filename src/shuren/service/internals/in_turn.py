"""Who writes on SQLite writes alone: here they come one after the other, in the order they came.

Left to itself SQLite lets each try again after a pause, and the one who has waited longest may be
passed by all. PostgreSQL needs none of this: it locks rows.
"""

import fcntl
from collections.abc import Iterator
from contextlib import contextmanager

from django.db import OperationalError, connection

from shuren.kernel.i18n import gettext as _
from shuren.kernel.site import Site
from shuren.service.errors import Busy


@contextmanager
def in_turn(site: Site) -> Iterator[None]:
    """Wait for one's turn among all processes of the site; then do what is in the block.

    Inside a transaction nobody waits: it has its turn already.
    raises  Busy if the database stays locked by somebody outside the line
    """
    try:
        if connection.vendor != "sqlite" or connection.in_atomic_block:
            yield
            return
        site.data.mkdir(parents=True, exist_ok=True)
        # The system lets go of the lock when the process ends, however it ends.
        with open(site.data / ".bookings.lock", "w") as file:
            fcntl.flock(file, fcntl.LOCK_EX)
            yield
    except OperationalError as error:
        if not _is_lock(error):
            raise
        raise Busy(
            _("Too many are booking at this moment; nothing was booked."),
            fix=_("Try again in a few seconds."),
        ) from None


def _is_lock(error: OperationalError) -> bool:
    said = str(error).lower()
    return "locked" in said or "deadlock" in said or "lock timeout" in said
