"""Errors of the system and the database as sentences: what is wrong, where, what to do."""

import errno

from shuren.kernel.errors import ShurenError
from shuren.kernel.i18n import gettext as _

_FULL = ("no space left", "disk is full", "disk i/o error", "disk quota")


def explain(error: Exception) -> tuple[str, str] | None:
    """A sentence and what to do about it; None for what can only be a fault of ours."""
    if isinstance(error, OSError):
        return _of_system(error)
    if type(error).__name__ in ("OperationalError", "DatabaseError", "InterfaceError"):
        return _of_database(error)
    return None


def sentence(error: ShurenError | OSError) -> tuple[str, str]:
    """What to tell about an error that does not stop the rest of the work."""
    return _of_system(error) if isinstance(error, OSError) else (error.message, error.fix)


def _full() -> tuple[str, str]:
    return _("The disk is full."), _("Free some space and run the same command again.")


def _of_system(error: OSError) -> tuple[str, str]:
    place = error.filename or ""
    if error.errno in (errno.ENOSPC, errno.EDQUOT):
        return _full()
    if error.errno in (errno.EACCES, errno.EPERM, errno.EROFS):
        return _("%(place)s may not be read or written by this user.", place=place), ""
    return f"{error.strerror or error}: {place}".rstrip(": "), ""


def _of_database(error: Exception) -> tuple[str, str]:
    words = str(error).strip().splitlines()
    said = words[0] if words else type(error).__name__
    if any(sign in said.lower() for sign in _FULL):
        return _full()
    if "not a database" in said or "malformed" in said:
        return (
            _("The database of the site is damaged (%(said)s).", said=said),
            _("Bring the site back from a backup: `shuren restore`."),
        )
    if "readonly" in said or "unable to open" in said:
        return (
            _("The database of the site may not be written by this user (%(said)s).", said=said),
            _("Run the command as the owner of the site."),
        )
    if "locked" in said:
        return (
            _("Another command keeps the database of the site busy (%(said)s).", said=said),
            _("Run the same command again when it is done."),
        )
    return (
        _("The database does not answer: %(said)s.", said=said),
        _("See that it runs and that shuren.toml names it rightly."),
    )
