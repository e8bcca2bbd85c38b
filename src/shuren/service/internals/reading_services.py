"""Reads one service: its eight facets, its form, and the numbers its engine runs by."""

import re
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from shuren.kernel.definitions import Key, check_keys
from shuren.kernel.errors import DefinitionError
from shuren.kernel.i18n import gettext as _
from shuren.kernel.i18n import listed, pick
from shuren.service.case_shapes import SUBJECT_KINDS
from shuren.service.flow_shapes import (
    LEVELS,
    PLACES,
    FileDelivery,
    Flow,
    Maturity,
    Promise,
    Service,
    Use,
)
from shuren.service.internals.reading_forms import one_of, read_fields, two_languages, wrong

# The eight facets of a service, and the key of the file that says each.
FACETS: dict[str, dict[str, str]] = {
    "organisation": {"zh": "服务组织", "en": "organisation"},
    "audiences": {"zh": "服务对象", "en": "audiences"},
    "showing": {"zh": "服务展示与营销", "en": "where it is shown"},
    "rules": {"zh": "服务规则", "en": "rules"},
    "flow": {"zh": "服务流程", "en": "flow"},
    "indicators": {"zh": "统计指标与要求", "en": "indicators and targets"},
    "systems": {"zh": "信息系统支持", "en": "systems"},
    "modules": {"zh": "基本功能模块", "en": "modules"},
}
# Whose readers an audience is, by role.
AUDIENCES = {
    "undergrad": "student",
    "postgrad": "student",
    "group": "student",
    "faculty": "faculty",
    "staff": "faculty",
    "retiree": "faculty",
    "alumni": "alumni",
    "dept": "department",
    "college": "department",
    "public": "public_reader",
    "enterprise": "public_reader",
    "gov": "public_reader",
    "school": "school_pupil",
    "library": "library",  # no reader's role: staff alone open such a case
}
CATEGORIES = ("documents", "space", "teaching", "intelligence", "culture", "society")
CENTRES = ("knowledge", "culture", "resources", "lifelong")
SOURCES = ("talk", "draft", "law")
# A target: only followed, or a sign and a number, per cent or not; else the talk's own words.
_TARGET = re.compile(r"track|[<>]=?\d+(\.\d+)?%?|.*\(talk\)")
# fmt: off
SERVICE_KEYS = {
    "id": Key(str, "与文件名相同", "The file's name", required=True),
    "title": Key(dict, "标题 {zh, en}", "Title {zh, en}", required=True),
    "description": Key(dict, "一句话说明 {zh, en}", "What it is, in a sentence {zh, en}", required=True),  # noqa: E501
    "category": Key(str, "类别：documents、space、teaching、intelligence、culture、society", "documents, space, teaching, intelligence, culture or society", required=True),  # noqa: E501
    "source": Key(dict, "出处 {from: talk、draft 或 law, quote: 原话}", "Where it comes from {from: talk, draft or law; quote: its words}", required=True),  # noqa: E501
    "about": Key(list, "服务单针对什么：title、item、article、own_record、none", "What its cases are about: title, item, article, own_record, none", required=True),  # noqa: E501
    "scenes": Key(list, "服务场景：subject、teaching、student、faculty、governance、society", "What it advances: subject, teaching, student, faculty, governance, society"),  # noqa: E501
    "modes": Key(list, "服务方式：intelligent、mobile、integrated、embedded、data", "How it is delivered: intelligent, mobile, integrated, embedded, data", default="[]"),  # noqa: E501
    "maturity": Key(dict, "成熟度 {level, evidence}，见下表", "How far it runs by itself {level, evidence}, see below"),  # noqa: E501
    "use": Key(dict, "不用表单时在何处使用 {place 或 url, zh, en}", "Where it is had when there is no form {place or url, zh, en}"),  # noqa: E501
    "pack": Key(list, "服务包所含的服务", "Of a pack: the services it holds", default="[]"),
    "field": Key(str, "学科情报服务的一支：subject 或 information", "Of the subject and intelligence services: subject or information"),  # noqa: E501
    "form": Key(list, "表单字段，见下表", "The form's fields, see below", default="[]"),
    "organisation": Key(dict, "服务组织 {centre, roles, owner, partners}：哪个中心、哪些岗位、谁负责", "Who runs it {centre, roles, owner, partners}", required=True),  # noqa: E501
    "audiences": Key(list, "服务对象", "Whom it serves", required=True),
    "showing": Key(dict, "展示与营销 {channels, promo}", "Where it is shown and made known {channels, promo}", required=True),  # noqa: E501
    "rules": Key(dict, "服务规则，见下表", "Its rules, see below", required=True),
    "flow": Key(str, "服务流程，见 flows/", "Its flow, see flows/", required=True),
    "indicators": Key(dict, "统计指标 → track 或目标，如 \">=95%\"", "Indicator → track, or a target such as \">=95%\"", required=True),  # noqa: E501
    "systems": Key(list, "信息系统支持", "Systems it stands on", required=True),
    "modules": Key(list, "基本功能模块", "Modules it uses", required=True),
}
RULE_KEYS = {
    "limits": Key(dict, "限额：per_reader、per_reader_day、per_reader_month 等；自定的写作 {is: 数, zh, en}", "Limits: per_reader, per_reader_day, per_reader_month and others; one of your own is {is: number, zh, en}", default="{}"),  # noqa: E501
    "sla": Key(dict, "时限 {respond, finish, clock}：小时；clock 为 working 或 calendar", "Promise {respond, finish, clock}: hours; clock is working or calendar", required=True),  # noqa: E501
    "fee": Key(dict, "费用 {zh, en}", "Fee {zh, en}", required=True),
    "note": Key(dict, "补充规则 {zh, en}", "Further rules {zh, en}"),
    "basis": Key(dict, "数字的依据 {zh, en}", "What the numbers rest on {zh, en}"),
    "booking": Key(dict, "订座位或房间的规则，见下表", "Rules of booking seats or rooms, see below"),  # noqa: E501
    "delivery": Key(dict, "文件以签名链接送达的规则，见下表；不写则文件留在服务单里", "Rules of delivering files by signed link, see below; left out: the file stays in the case"),  # noqa: E501
    "by_audience": Key(dict, "某类读者另有的限额：服务对象 → 限额", "Limits of a kind of reader: audience → limits", default="{}"),  # noqa: E501
}
DELIVERY_KEYS = {
    "days": Key((int, float), "链接有效、文件保存的天数，最多 90", "Days that the link holds and the file is kept, at most 90", required=True),  # noqa: E501
    "opens": Key(int, "可打开的次数，最多 50", "How often it may be opened, at most 50", required=True),  # noqa: E501
    "sign_in": Key(bool, "true：须由申请人本人登录后打开；false：持有链接即可", "true: only its reader opens it, signed in; false: whoever holds the link", required=True),  # noqa: E501
    "new_key": Key(str, "更换签名密钥时：keep 链接继续有效、end 立即失效", "When the signing key is changed: keep, links go on; end, they end", required=True),  # noqa: E501
}
MATURITY_KEYS = {
    "level": Key(str, "manual 人工、digital 线上、assisted 智能辅助、autonomous 自主", "manual, digital, assisted or autonomous", required=True),  # noqa: E501
    "evidence": Key(dict, "凭什么这么说 {zh, en, place}", "What shows it {zh, en, place}", required=True),  # noqa: E501
}
_SLA_KEYS = {
    "respond": Key((int, float), "首次响应", "First answer"),
    "finish": Key((int, float), "办结", "Done"),
    "clock": Key(str, "working 或 calendar", "working or calendar", default="working"),
}
# fmt: on


def read_service(path: Path, said: dict[str, Any], flows: Mapping[str, Flow]) -> Service:
    """The service; raises DefinitionError naming file, facet and fix."""
    for facet, title in FACETS.items():
        if not said.get(facet):
            raise DefinitionError(
                _("%(path)s: the facet %(facet)s is missing.", path=path, facet=pick(title)),
                fix=_("Write '%(key)s': %(what)s.", key=facet,
                      what=pick({"zh": SERVICE_KEYS[facet].zh, "en": SERVICE_KEYS[facet].en})),
            )  # fmt: skip
    check_keys(path, said, SERVICE_KEYS)
    for key in ("title", "description"):
        two_languages(path, key, said[key])
    one_of(path, "category", said["category"], CATEGORIES)
    one_of(path, "source.from", said["source"].get("from"), SOURCES)
    one_of(path, "flow", said["flow"], flows)
    for kind in said["about"]:
        one_of(path, "about", kind, SUBJECT_KINDS)
    for audience in said["audiences"]:
        one_of(path, "audiences", audience, AUDIENCES)
    _check_words(path, said)
    rules = said["rules"]
    check_keys(path, rules, RULE_KEYS, "rules")
    two_languages(path, "rules.fee", rules["fee"])
    limits, words = _limits(path, rules.get("limits") or {}, "rules.limits")
    return Service(
        said["id"],
        said["title"],
        said["description"],
        said["category"],
        said["source"]["from"],
        said["flow"],
        tuple(said["about"]),
        read_fields(path, said.get("form", []), "form"),
        said["organisation"],
        tuple(said["audiences"]),
        said["showing"],
        limits,
        _promise(path, rules["sla"]),
        rules["fee"],
        said["indicators"],
        tuple(said["systems"]),
        tuple(said["modules"]),
        tuple(dict.fromkeys(AUDIENCES[one] for one in said["audiences"])),
        said,
        tuple(said.get("scenes") or ()),
        tuple(said.get("modes") or ()),
        _maturity(path, said.get("maturity")),
        _use(path, said.get("use")),
        tuple(said.get("pack") or ()),
        said.get("field") or "",
        words,
        {
            str(audience): _limits(path, one, f"rules.by_audience.{audience}")[0]
            for audience, one in (rules.get("by_audience") or {}).items()
        },
        rules.get("note") or {},
        rules.get("basis") or {},
        _delivery(path, rules.get("delivery")),
    )


def _delivery(path: Path, said: Any) -> FileDelivery | None:
    if said is None:
        return None
    check_keys(path, said, DELIVERY_KEYS, "rules.delivery")
    for key, least, most in (("days", 0.01, 90), ("opens", 1, 50)):
        if not least <= said[key] <= most:
            raise wrong(
                path, f"rules.delivery.{key}",
                _("Write a number from %(least)s to %(most)s.", least=least, most=most),
            )  # fmt: skip
    one_of(path, "rules.delivery.new_key", said["new_key"], ("keep", "end"))
    return FileDelivery(
        float(said["days"]), said["opens"], said["sign_in"], said["new_key"] == "keep"
    )


def _limits(
    path: Path, said: Mapping[str, Any], where: str
) -> tuple[dict[str, Any], dict[str, dict[str, str]]]:
    """({limit: number}, {limit: words} of those that say their own)"""
    numbers, words = {}, {}
    for name, value in said.items():
        if isinstance(value, dict):
            two_languages(path, f"{where}.{name}", value)
            words[str(name)] = {"zh": value["zh"], "en": value["en"]}
            value = value.get("is")
            if not isinstance(value, float | int):
                raise wrong(path, f"{where}.{name}.is", _("Write a number."))
        if isinstance(value, float | int) and value < 0:
            raise wrong(path, f"{where}.{name}", _("Write a number that is not below 0."))
        numbers[str(name)] = value
    return numbers, words


def _maturity(path: Path, said: Any) -> Maturity | None:
    if said is None:
        return None
    check_keys(path, said, MATURITY_KEYS, "maturity")
    one_of(path, "maturity.level", said["level"], LEVELS)
    two_languages(path, "maturity.evidence", said["evidence"])
    place = said["evidence"].get("place", "")
    one_of(path, "maturity.evidence.place", place, (*PLACES, "form", "page"))
    return Maturity(said["level"], said["evidence"], place)


def _use(path: Path, said: Any) -> Use | None:
    if said is None:
        return None
    two_languages(path, "use", said)
    place, url = said.get("place", ""), said.get("url", "")
    if url and not str(url).startswith("https://"):
        raise wrong(path, "use.url", _("Write an address that begins with https://."))
    if not url:
        one_of(path, "use.place", place, PLACES)
    return Use(place, url, {"zh": said["zh"], "en": said["en"]})


def _promise(path: Path, said: Any) -> Promise:
    check_keys(path, said, _SLA_KEYS, "rules.sla")
    one_of(path, "rules.sla.clock", said.get("clock", "working"), ("working", "calendar"))
    return Promise(said.get("respond"), said.get("finish"), said.get("clock", "working"))


def _check_words(path: Path, said: dict[str, Any]) -> None:
    """The facets that are words and lists say something, and say who answers for it."""
    organisation, showing = said["organisation"], said["showing"]
    one_of(path, "organisation.centre", organisation.get("centre"), CENTRES)
    owner = organisation.get("owner")
    if isinstance(owner, list) and len(owner) > 1:
        raise DefinitionError(
            _("%(path)s: two posts answer for one service: %(owners)s.",
              path=path, owners=listed([str(one) for one in owner])),
            fix=_("Name the one post that answers for it."),
        )  # fmt: skip
    if not isinstance(owner, str) or not owner:
        raise wrong(path, "organisation.owner", _("Name the one post that answers for it."))
    if not organisation.get("roles"):
        raise wrong(path, "organisation.roles", _("Name the posts that do the work."))
    if not showing.get("channels"):
        raise wrong(path, "showing.channels", _("Name where readers come upon it."))
    for id, target in said["indicators"].items():
        if not _TARGET.fullmatch(str(target)):
            raise wrong(
                path, f"indicators.{id}", _("Write track, or a sign and a number such as >=95%.")
            )
