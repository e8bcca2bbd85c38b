"""Passwords of other systems: from the environment or from a file only the site's user may read."""

import os
import re
from typing import Any

from shuren.kernel.errors import UsageError
from shuren.kernel.i18n import gettext as _
from shuren.kernel.site import Site

PREFIX = "SHUREN_SECRET_"
_NAME = re.compile(r"[A-Za-z0-9][A-Za-z0-9_-]{0,63}")
_OTHERS = 0o077


def secret(site: Site, name: str) -> str:
    """The value of SHUREN_SECRET_<NAME>, else what data/secrets/<name> says (mode 600).

    raises  UsageError if there is none, or if others may read the file; it never says the value
    """
    if not _NAME.fullmatch(name):
        raise UsageError(_("'%(name)s' cannot be the name of a secret.", name=name))
    variable = PREFIX + name.replace("-", "_").upper()
    if os.environ.get(variable):
        return os.environ[variable]
    path = site.secrets / name
    try:
        mode = path.stat().st_mode
        if mode & _OTHERS:
            raise UsageError(
                _("Others may read the secret in %(path)s.", path=path),
                fix=_("Run `chmod 600 %(path)s`.", path=path),
            )
        return path.read_text("utf-8").strip("\r\n")
    except (FileNotFoundError, IsADirectoryError):
        raise UsageError(
            _("The secret '%(name)s' is not set.", name=name),
            fix=_(
                "Set %(variable)s, or write it to %(path)s with mode 600.",
                variable=variable,
                path=path,
            ),
        ) from None


def resolved(site: Site, settings: Any) -> Any:
    """Settings with every {secret: NAME} in them replaced by what it stands for."""
    if isinstance(settings, dict):
        if set(settings) == {"secret"}:
            return secret(site, str(settings["secret"]))
        return {key: resolved(site, value) for key, value in settings.items()}
    if isinstance(settings, list):
        return [resolved(site, value) for value in settings]
    return settings
