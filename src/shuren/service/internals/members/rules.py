"""What services say about membership: one gives it (`rules.member`), others need it
(`rules.needs_member`)."""

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from shuren.kernel.definitions import Key, check_keys
from shuren.kernel.errors import DefinitionError
from shuren.kernel.i18n import gettext as _
from shuren.service.flow_shapes import Service
from shuren.service.internals.reading_forms import one_of
from shuren.service.internals.reading_services import AUDIENCES

FLOW = "membership"
ARTICLES = "articles"
# fmt: off
MEMBER_KEYS = {
    "years": Key(int, "一次几年", "Years of a term", required=True),
    "renew_days": Key(int, "到期前几天起可续期", "Days before its end from which it can be renewed", default="60"),  # noqa: E501
    "articles": Key(int, "每一会员年度几篇文献，0 为没有", "Articles in each year of membership; 0: none", default="0"),  # noqa: E501
    "featured": Key(list, "首先推荐的服务", "Services that members are told of first", default="[]"),  # noqa: E501
}
NEEDS_KEYS = {
    "of": Key(str, "哪项服务的会员", "The service that gives the membership", required=True),
    "audiences": Key(list, "哪些服务对象须是会员", "Of which audiences one must be a member", required=True),  # noqa: E501
    "counts": Key(str, "每件扣减什么：articles", "What each case takes one of: articles"),
}
# fmt: on


@dataclass(frozen=True)
class Gives:
    years: int
    renew_days: int
    articles: int
    featured: tuple[str, ...] = ()


@dataclass(frozen=True)
class Needs:
    """of  the service that gives it; roles: of readers who must be members; counts: `articles`
    or "" """

    of: str
    roles: tuple[str, ...]
    counts: str = ""


def gives(service: Service) -> Gives | None:
    said = service.said["rules"].get("member")
    if said is None:
        return None
    return Gives(
        int(said["years"]), int(said.get("renew_days", 60)), int(said.get("articles", 0)),
        tuple(said.get("featured") or ()),
    )  # fmt: skip


def needs(service: Service) -> Needs | None:
    said = service.said["rules"].get("needs_member")
    if said is None:
        return None
    return Needs(
        said["of"], tuple(AUDIENCES[one] for one in said["audiences"]), said.get("counts", "")
    )


def check(path: Path, service: Service) -> None:
    """raises  DefinitionError naming file, key and fix"""
    said = service.said["rules"]
    if "member" in said:
        check_keys(path, said["member"], MEMBER_KEYS, "rules.member")
        if service.flow != FLOW:
            _fail(path, "rules.member", _("Only a service of the flow 'membership' gives one."))
        if said["member"]["years"] < 1:
            _fail(path, "rules.member.years", _("Write at least 1."))
        for name in ("renew_days", "articles"):
            if not 0 <= said["member"].get(name, 0) <= 1000:
                _fail(path, f"rules.member.{name}", _("Write a number from 0 to 1000."))
    if "needs_member" in said:
        check_keys(path, said["needs_member"], NEEDS_KEYS, "rules.needs_member")
        for audience in said["needs_member"]["audiences"]:
            one_of(path, "rules.needs_member.audiences", audience, service.audiences)
        if said["needs_member"].get("counts", ARTICLES) != ARTICLES:
            _fail(path, "rules.needs_member.counts", _("Write articles, or leave it out."))


def check_names(paths: Mapping[str, Path], known: Mapping[str, Service]) -> None:
    """Raise DefinitionError for a membership that no service gives, or a service that is not
    there."""
    for id, one in known.items():
        path = paths.get(id, Path(f"{id}.yaml"))
        wanted, given = needs(one), gives(one)
        if wanted is not None:
            giving = {other for other, service in known.items() if gives(service)}
            one_of(path, "rules.needs_member.of", wanted.of, giving)
        for name in given.featured if given else ():
            one_of(path, "rules.member.featured", name, known)


def in_words(service: Service) -> list[str]:
    """What a service's page says of membership, a line each."""
    given, wanted = gives(service), needs(service)
    lines = []
    if given:
        lines.append(
            _("A term is %(years)s years; it can be renewed from %(days)s days before its end.",
              years=given.years, days=given.renew_days)
        )  # fmt: skip
        if given.articles:
            lines.append(_("%(count)s articles in each year of membership.", count=given.articles))
    if wanted:
        lines.append(_("Alumni need a valid membership."))
        if wanted.counts:
            lines.append(_("Each request of a member takes one article of the year's."))
    return lines


def _fail(path: Path, key: str, fix: str) -> None:
    raise DefinitionError(_("%(path)s: '%(key)s' cannot be used.", path=path, key=key), fix=fix)
