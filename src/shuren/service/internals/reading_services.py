"""Reads one service: its eight facets, its form, and the numbers its engine runs by."""

import re
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from shuren.kernel.definitions import Key, check_keys
from shuren.kernel.errors import DefinitionError
from shuren.kernel.i18n import gettext as _
from shuren.kernel.i18n import pick
from shuren.service.case_shapes import SUBJECT_KINDS
from shuren.service.flow_shapes import Flow, Promise, Service
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
    "limits": Key(dict, "限额：per_reader、per_reader_day、per_reader_month 等", "Limits: per_reader, per_reader_day, per_reader_month and others", default="{}"),  # noqa: E501
    "sla": Key(dict, "时限 {respond, finish, clock}：小时；clock 为 working 或 calendar", "Promise {respond, finish, clock}: hours; clock is working or calendar", required=True),  # noqa: E501
    "fee": Key(dict, "费用 {zh, en}", "Fee {zh, en}", required=True),
    "note": Key(dict, "补充规则 {zh, en}", "Further rules {zh, en}"),
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
    limits = rules.get("limits") or {}
    for name, value in limits.items():
        if isinstance(value, float | int) and value < 0:
            raise wrong(path, f"rules.limits.{name}", _("Write a number that is not below 0."))
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
    )


def _promise(path: Path, said: Any) -> Promise:
    check_keys(path, said, _SLA_KEYS, "rules.sla")
    one_of(path, "rules.sla.clock", said.get("clock", "working"), ("working", "calendar"))
    return Promise(said.get("respond"), said.get("finish"), said.get("clock", "working"))


def _check_words(path: Path, said: dict[str, Any]) -> None:
    """The facets that are words and lists say something, and say who answers for it."""
    organisation, showing = said["organisation"], said["showing"]
    one_of(path, "organisation.centre", organisation.get("centre"), CENTRES)
    owner = organisation.get("owner")
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
