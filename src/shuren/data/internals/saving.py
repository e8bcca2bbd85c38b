"""Writes definitions that were made on a page or by a command into the site's folder."""

import os
import tempfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

import yaml

from shuren.data.definitions import contracts, mappings
from shuren.data.errors import AlreadyThere, BadId, PasswordInside
from shuren.data.internals.connector_files import read_connector
from shuren.data.internals.mapping_files import read_mapping
from shuren.data.internals.mapping_text import is_id, mapping_yaml
from shuren.data.shapes import Mapping
from shuren.kernel.definitions import DefinitionFile, find_definitions
from shuren.kernel.files import sync_folder
from shuren.kernel.i18n import gettext as _
from shuren.kernel.site import Site

_SECRET_KEYS = ("password", "secret", "token", "api_key", "requestor_key", "key")


def save_mapping(site: Site, id: str, mapping: Mapping) -> Path:
    known = contracts(site)
    return _save(site, "mappings", id, mapping_yaml(mapping), lambda f: read_mapping(f, known))


def save_connector(site: Site, id: str, content: dict[str, Any]) -> Path:
    for key, value in (content.get("settings") or {}).items():
        is_secret = any(word in str(key).casefold() for word in _SECRET_KEYS)
        named = isinstance(value, dict) and set(value) == {"secret"}
        if is_secret and value and not named:
            raise PasswordInside(
                _("'%(key)s' must be the name of a secret, not the secret itself.", key=key),
                fix=_("Set SHUREN_SECRET_<NAME> and write its name here."),
            )
        if isinstance(value, str) and "://" in value and _has_password(value):
            raise PasswordInside(
                _("The address in '%(key)s' holds a password.", key=key),
                fix=_("Leave it out of the address and name a secret."),
            )
    known, read_by = contracts(site), mappings(site)
    text = yaml.safe_dump(content, allow_unicode=True, sort_keys=False)
    return _save(site, "sources", id, text, lambda f: read_connector(f, known, read_by))


def _has_password(address: str) -> bool:
    before = address.split("://", 1)[1].split("/", 1)[0]
    return "@" in before and ":" in before.rsplit("@", 1)[0]


def _save(
    site: Site, kind: str, id: str, text: str, read: Callable[[DefinitionFile], object]
) -> Path:
    """Complete or not at all, and never over another file; read back before it counts."""
    if not is_id(id):
        raise BadId(
            _("'%(id)s' cannot be the name of a definition.", id=id[:80]),
            fix=_("Use small letters, digits and hyphens, such as loans-2027."),
        )
    if id in find_definitions(kind, site):
        raise AlreadyThere(
            _("There is a definition called '%(id)s' already.", id=id),
            fix=_("Choose another name, or change its file."),
        )
    folder = site.definitions / kind
    folder.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(dir=folder, prefix=".new-") as work:
        draft = Path(work) / f"{id}.part"
        with draft.open("w", encoding="utf-8") as file:
            file.write(text)
            file.flush()
            os.fsync(file.fileno())
        read(DefinitionFile(id, draft, True))
        path = folder / f"{id}.yaml"
        try:
            os.link(draft, path)  # unlike a rename, never over another
        except FileExistsError:
            raise AlreadyThere(
                _("There is a definition called '%(id)s' already.", id=id),
                fix=_("Choose another name, or change its file."),
            ) from None
    sync_folder(folder)
    return path
