"""Finds definition files: ours, and the site's, which override ours by id.

A definition is one file whose name is its id. Two local files with one id are an
error; a local file with the id of one of ours replaces it.
"""

import pickle
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import Any

import yaml

from shuren.kernel.errors import DefinitionError
from shuren.kernel.i18n import gettext as _
from shuren.kernel.site import Site
from shuren.kernel.suggestions import did_you_mean

SHIPPED = Path(__file__).parent.parent / "definitions"


@dataclass(frozen=True)
class Key:
    """One key a definition file may say. Loaders check by it; the reference is made from it.

    default  as YAML writes it; "" when leaving the key out means there is none
    """

    kind: type | tuple[type, ...]
    zh: str
    en: str
    required: bool = False
    default: str = ""


def required(keys: dict[str, Key]) -> tuple[str, ...]:
    """The names of the keys that must be there, in order."""
    return tuple(name for name, key in keys.items() if key.required)


def check_keys(path: Path, content: Any, keys: dict[str, Key], where: str = "") -> None:
    """Raise DefinitionError for a key that is not known, is missing, or holds another kind.

    where  the place inside the file, such as `terms.2026-spring`
    """
    if not isinstance(content, dict):
        raise DefinitionError(
            _("%(path)s: '%(key)s' must be a list of `key: value` lines.", path=path, key=where)
        )
    inside = f"{where}." if where else ""
    for name, value in content.items():
        if name not in keys:
            raise DefinitionError(
                _("%(path)s: '%(key)s' is not known here.", path=path, key=f"{inside}{name}"),
                fix=did_you_mean(str(name), keys),
            )
        if value is not None and not isinstance(value, keys[name].kind):
            raise DefinitionError(
                _("%(path)s: '%(key)s' has a value of the wrong kind.", path=path,
                  key=f"{inside}{name}"),
                fix=f"{keys[name].zh}; {keys[name].en}",
            )  # fmt: skip
    for name in required(keys):
        if content.get(name) is None:
            raise DefinitionError(
                _("%(path)s: '%(key)s' is missing.", path=path, key=f"{inside}{name}")
            )


@dataclass(frozen=True)
class DefinitionFile:
    """One file. `local` says that it is the site's, not ours; `text` what is read in its place."""

    id: str
    path: Path
    local: bool
    text: str | None = None

    def stamp(self) -> tuple[int, int]:
        """Changes when the file does: what was read from it may be kept until then."""
        status = self.path.stat()
        return status.st_mtime_ns, status.st_size

    def read_yaml(self) -> dict[str, Any]:
        """The parsed content; raises DefinitionError naming the line that cannot be read."""
        try:
            text = self.path.read_text("utf-8") if self.text is None else self.text
            content = pickle.loads(_parsed(text))
        except (yaml.YAMLError, UnicodeDecodeError) as error:
            place = getattr(error, "problem_mark", None)
            line = place.line + 1 if place else 1
            raise DefinitionError(
                _(
                    "%(path)s, line %(line)s, is not valid YAML.",
                    path=self.path,
                    line=line,
                ),
                fix=str(getattr(error, "problem", "") or _("Save the file as UTF-8.")),
            ) from None
        if not isinstance(content, dict):
            raise DefinitionError(
                _("%(path)s must be a list of `key: value` lines.", path=self.path)
            )
        return content


_Loader: Any = getattr(yaml, "CSafeLoader", yaml.SafeLoader)


@lru_cache(maxsize=2_000)
def _parsed(text: str) -> bytes:
    """What a file says, pickled: whoever reads it again, as every site of a process does, gets
    objects of its own in a twentieth of the time."""
    return pickle.dumps(yaml.load(text, Loader=_Loader))


def find_definitions(
    kind: str, site: Site | None, suffix: str = ".yaml"
) -> dict[str, DefinitionFile]:
    """Definition files of one kind ('contracts', 'models', 'roles' …) by id, sorted by id.

    Folders below the kind are searched too; the id is the file name without suffix.
    raises  DefinitionError if two files of the same origin share an id
    """
    found: dict[str, DefinitionFile] = {}
    origins = [(SHIPPED / kind, False)]
    if site is not None:
        origins.append((site.definitions / kind, True))
    for folder, local in origins:
        own: dict[str, DefinitionFile] = {}
        for path in sorted(folder.rglob(f"*{suffix}")):
            file = DefinitionFile(path.name.removesuffix(suffix), path, local)
            if file.id in own:
                raise DefinitionError(
                    _(
                        "%(first)s and %(second)s have the same id.",
                        first=own[file.id].path,
                        second=path,
                    ),
                    fix=_("Rename or remove one of them."),
                )
            own[file.id] = file
        found.update(own)
    return dict(sorted(found.items()))
