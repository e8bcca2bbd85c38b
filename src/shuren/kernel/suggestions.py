"""Did you mean …? One sentence for every unknown name."""

from collections.abc import Iterable
from difflib import get_close_matches

from shuren.kernel.i18n import gettext as _
from shuren.kernel.i18n import listed


def did_you_mean(name: str, known: Iterable[str]) -> str:
    """'Did you mean 'port'?' when one known name is close; else the known names, at most 12."""
    names = sorted(known)
    close = get_close_matches(name, names, n=1)
    if close:
        return _("Did you mean '%(name)s'?", name=close[0])
    if not names:
        return ""
    shown = listed(names[:12]) + (" …" if len(names) > 12 else "")
    return _("Known: %(names)s.", names=shown)
