"""Reads a kind of project: definitions/projects/*.yaml."""

import re
from pathlib import Path
from typing import Any

from shuren.kernel.definitions import Key, check_keys
from shuren.kernel.errors import DefinitionError
from shuren.kernel.i18n import gettext as _
from shuren.service.internals.reading_forms import ENDINGS, one_of, two_languages, wrong
from shuren.service.project_shapes import HOLDERS, READER, Document, Milestone, ProjectKind, Role

NAME = re.compile(r"[a-z][a-z0-9_]{0,23}")
LONGEST_DAYS = 1000
# fmt: off
PROJECT_KEYS = {
    "id": Key(str, "与文件名相同", "The file's name", required=True),
    "title": Key(dict, "名称 {zh, en}", "What it is called {zh, en}", required=True),
    "services": Key(list, "哪些服务按它办；其流程须为 project", "The services that run by it; their flow is `project`", required=True),  # noqa: E501
    "named_by": Key(str, "项目以表单的哪一栏为题名；不写则用服务名称", "The field of the form that names the project; without it, its service does"),  # noqa: E501
    "roles": Key(dict, "角色 → {title, held_by, required}", "Role → {title, held_by, required}", required=True),  # noqa: E501
    "milestones": Key(list, "里程碑，按先后，见下表", "Its milestones in order, see below", required=True),  # noqa: E501
    "remind_days": Key(int, "到期前几个工作日提醒", "Working days before its day on which a milestone is reminded of", default="3"),  # noqa: E501
    "escalate_days": Key(int, "逾期几个工作日后告诉主管", "Working days late after which managers are told", default="5"),  # noqa: E501
}
ROLE_KEYS = {
    "title": Key(dict, "名称 {zh, en}", "What it is called {zh, en}", required=True),
    "held_by": Key(str, "由谁担任：staff 馆员账号、reader 提出服务的读者、outside 馆外人士（姓名封存）", "Who holds it: staff (an account), reader (who asked) or outside (a sealed name)", required=True),  # noqa: E501
    "required": Key(bool, "无人担任时不能结项", "The project does not close while nobody holds it", default="false"),  # noqa: E501
}
MILESTONE_KEYS = {
    "id": Key(str, "里程碑的名称", "The milestone's name", required=True),
    "title": Key(dict, "标题 {zh, en}", "Title {zh, en}", required=True),
    "help": Key(dict, "做什么、到什么程度算完成 {zh, en}", "What is done, and when it is done {zh, en}"),  # noqa: E501
    "days": Key(int, "多少个工作日（节假日不算，调休算）", "Working days it may take (holidays do not count, make-up days do)", required=True),  # noqa: E501
    "after": Key(str, "从哪个里程碑的期限算起；不写即从项目开始算", "Counted from the day this milestone is due; without it, from the project's start"),  # noqa: E501
    "by": Key(str, "由哪个角色完成", "The role that does it", required=True),
    "approved_by": Key(str, "须由哪个角色同意；不写即无须审批", "The role that must agree; without it none has to"),  # noqa: E501
    "documents": Key(list, "文件，见下表", "Its documents, see below", default="[]"),
}
DOCUMENT_KEYS = {
    "id": Key(str, "文件的名称", "The document's name", required=True),
    "title": Key(dict, "标题 {zh, en}", "Title {zh, en}", required=True),
    "accepts": Key(list, "文件的类型，同表单的 accepts", "Kinds of file, as a form's accepts", default="[pdf, docx]"),  # noqa: E501
    "required": Key(bool, "没有它不能提交", "The milestone is not handed in without it", default="false"),  # noqa: E501
    "for_reader": Key(bool, "提出服务的读者可以读", "The reader who asked may read it", default="false"),  # noqa: E501
}
# fmt: on


def read_project(path: Path, said: dict[str, Any]) -> ProjectKind:
    """The kind; raises DefinitionError naming file, key and fix."""
    check_keys(path, said, PROJECT_KEYS)
    two_languages(path, "title", said["title"])
    roles = {str(id): _role(path, str(id), one) for id, one in said["roles"].items()}
    if sum(one.held_by == READER for one in roles.values()) > 1:
        raise wrong(path, "roles", _("One role at most is the reader's who asked."))
    milestones: list[Milestone] = []
    for at, one in enumerate(said["milestones"], 1):
        milestones.append(_milestone(path, f"milestones.{at}", one, roles, milestones))
    if not milestones:
        raise wrong(path, "milestones", _("Write at least one: `- {id: …, title: …, days: …}`."))
    for key in ("remind_days", "escalate_days"):
        if not 0 <= said.get(key, 0) <= LONGEST_DAYS:
            raise wrong(path, key, _("Write days from 0 to %(most)s.", most=LONGEST_DAYS))
    return ProjectKind(
        said["id"], said["title"], tuple(str(one) for one in said["services"]), roles,
        tuple(milestones), said.get("remind_days", 3), said.get("escalate_days", 5), said,
        said.get("named_by") or "",
    )  # fmt: skip


def _role(path: Path, id: str, said: Any) -> Role:
    where = f"roles.{id}"
    check_keys(path, said, ROLE_KEYS, where)
    _named(path, where, id)
    two_languages(path, f"{where}.title", said["title"])
    one_of(path, f"{where}.held_by", said["held_by"], HOLDERS)
    return Role(id, said["title"], said["held_by"], bool(said.get("required")))


def _milestone(
    path: Path, where: str, said: Any, roles: dict[str, Role], before: list[Milestone]
) -> Milestone:
    """`before`: those above it in the file, the only ones it may be counted from."""
    check_keys(path, said, MILESTONE_KEYS, where)
    _named(path, f"{where}.id", said["id"])
    two_languages(path, f"{where}.title", said["title"])
    if said["id"] in {one.id for one in before}:
        raise wrong(path, f"{where}.id", _("Give each milestone a name of its own."))
    if not 0 < said["days"] <= LONGEST_DAYS:
        raise wrong(path, f"{where}.days", _("Write days from 1 to %(most)s.", most=LONGEST_DAYS))
    one_of(path, f"{where}.by", said["by"], roles)
    approver = said.get("approved_by") or ""
    if approver:
        one_of(path, f"{where}.approved_by", approver, roles)
    if approver == said["by"]:
        raise DefinitionError(
            _("%(place)s: who does it cannot be who agrees to it.", place=f"{path}: {where}"),
            fix=_("Name another role in approved_by, or leave it out."),
        )
    after = said.get("after") or ""
    if after:
        one_of(path, f"{where}.after", after, [one.id for one in before])
    papers = tuple(
        _document(path, f"{where}.documents.{at}", one)
        for at, one in enumerate(said.get("documents") or [], 1)
    )
    if len({one.id for one in papers}) < len(papers):
        raise wrong(path, f"{where}.documents", _("Give each document a name of its own."))
    return Milestone(
        said["id"], said["title"], said["days"], said["by"], after, approver, papers,
        said.get("help") or {},
    )  # fmt: skip


def _document(path: Path, where: str, said: Any) -> Document:
    check_keys(path, said, DOCUMENT_KEYS, where)
    _named(path, f"{where}.id", said["id"])
    two_languages(path, f"{where}.title", said["title"])
    accepts = tuple(said.get("accepts") or ("pdf", "docx"))
    for ending in accepts:
        one_of(path, f"{where}.accepts", ending, ENDINGS)
    return Document(
        said["id"], said["title"], accepts, bool(said.get("required")),
        bool(said.get("for_reader")),
    )  # fmt: skip


def _named(path: Path, where: str, id: str) -> None:
    if not NAME.fullmatch(id):
        raise wrong(path, where, _("Name it by up to 24 small letters, digits and _."))
