"""What licences let the library do: definitions/licence_terms/*.yaml, one file a licence.

KBART lists say what is subscribed to, not who may read it or whether a copy may be sent. The file
of the provider "*" holds where no other speaks of a package.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from functools import cache

from shuren.kernel.definitions import DefinitionFile, Key, check_keys, find_definitions
from shuren.kernel.errors import DefinitionError
from shuren.kernel.i18n import gettext as _
from shuren.kernel.i18n import listed
from shuren.kernel.site import Site

ALLOWED, FORBIDDEN, UNSTATED = "allowed", "forbidden", "unstated"
READERS = ("student", "faculty", "department", "alumni", "public", "pupil")
TERM_KEYS = {
    "id": Key(str, "标识，与文件名相同", "Id, the name of the file", required=True),
    "title": Key(dict, "双语名称", "Title in both languages", required=True),
    "provider": Key(
        str,
        '提供者，与清单一致；"*" 指其余一切',
        'Provider, as the lists write it; "*": all others',
        required=True,
    ),
    "packages": Key(list, "资源包；不写即全部", "Packages; all of the provider when left out"),
    "readers": Key(list, "可以阅读的读者类型", "Kinds of reader who may read", required=True),
    "copies": Key(
        str,
        "能否为文献传递复制：allowed、forbidden、unstated",
        "Whether a copy may be sent: allowed, forbidden or unstated",
        required=True,
    ),
    "walk_in": Key(
        bool,
        "其余读者能否到馆在馆内电脑上读",
        "Whether all other readers may read it at the library's own computers",
        default="false",
    ),
    "until": Key(
        date,
        "订购到哪一天为止；次日起按没有订购对待",
        "The last day of the subscription; after it the library does not subscribe to it",
    ),
    "source": Key(str, "合同条款出处", "Where the licence says so"),
}


@dataclass(frozen=True)
class Terms:
    """packages: () for all of the provider. copies: ALLOWED, FORBIDDEN or UNSTATED.
    walk_in: readers it does not cover may read it in the library. title: {zh, en}.
    until: its last day; None as long as nothing else is said."""

    id: str
    provider: str
    packages: tuple[str, ...]
    readers: frozenset[str]
    copies: str
    walk_in: bool = False
    title: Mapping[str, str] = field(default_factory=dict)
    until: date | None = None

    def is_over(self, day: date) -> bool:
        return self.until is not None and day > self.until


OTHERWISE = "*"


def terms_of(site: Site | None, provider: str, package: str) -> Terms:
    """Those that name the package, else those of the whole provider, else those of all others."""
    found = {}
    for one in licence_terms(site):
        for named in one.packages or ("",):
            found[one.provider, named] = one
    known = (found.get(key) for key in ((provider, package), (provider, ""), (OTHERWISE, "")))
    return next(one for one in known if one is not None)


@cache
def licence_terms(site: Site | None) -> tuple[Terms, ...]:
    """raises  DefinitionError"""
    found = tuple(_read(file) for file in find_definitions("licence_terms", site).values())
    seen: dict[tuple[str, str], str] = {}
    for one in found:
        for package in one.packages or ("",):
            other = seen.setdefault((one.provider, package), one.id)
            if other != one.id:
                raise DefinitionError(
                    _("The licence terms '%(first)s' and '%(second)s' speak of the same package.",
                      first=other, second=one.id),
                    fix=_("Rename or remove one of them."),
                )  # fmt: skip
    return found


def _read(file: DefinitionFile) -> Terms:
    content = file.read_yaml()
    check_keys(file.path, content, TERM_KEYS)
    _one_of(file, "readers", content["readers"], READERS)
    _one_of(file, "copies", [content["copies"]], (ALLOWED, FORBIDDEN, UNSTATED))
    return Terms(
        file.id, content["provider"], tuple(map(str, content.get("packages") or ())),
        frozenset(content["readers"]), content["copies"], bool(content.get("walk_in", False)),
        content["title"], content.get("until"),
    )  # fmt: skip


def _one_of(file: DefinitionFile, key: str, values: Sequence[object], known: Sequence[str]) -> None:
    if not set(values) <= set(known):
        raise DefinitionError(
            _("%(path)s: '%(key)s' has a value of the wrong kind.", path=file.path, key=key),
            fix=_("It is one of: %(names)s.", names=listed(known)),
        )
