"""Reads one flow, and refuses what could never run: a state nobody reaches, one without a way out,
an actor or hook that is not known, two ways that would happen at once for ever."""

from pathlib import Path
from typing import Any

from shuren.kernel.definitions import Key, check_keys
from shuren.kernel.errors import DefinitionError
from shuren.kernel.i18n import gettext as _
from shuren.service.case_shapes import FLOW_ACTORS, SYSTEM
from shuren.service.flow_shapes import ENDS, STAMPS, UNITS, WAITS, Flow, Guard, State, Timer
from shuren.service.flow_shapes import Transition as T
from shuren.service.internals.hooks import EFFECTS, GUARDS
from shuren.service.internals.reading_forms import one_of, read_fields, two_languages, wrong

PARTIES = ("own", "other", "either")
# Effects that tell the reader of the new state, with the words of `tell`.
TELLING = {"notify", "deliver_file"}
# fmt: off
FLOW_KEYS = {
    "id": Key(str, "与文件名相同", "The file's name", required=True),
    "title": Key(dict, "标题 {zh, en}", "Title {zh, en}", required=True),
    "description": Key(dict, "说明 {zh, en}", "Description {zh, en}", required=True),
    "start": Key(str, "开始的状态", "The state a case begins in", required=True),
    "states": Key(dict, "状态 → {zh, en, end, waits}", "State → {zh, en, end, waits}", required=True),  # noqa: E501
    "events": Key(dict, "事件 → {zh, en}", "Event → {zh, en}", required=True),
    "transitions": Key(list, "从哪个状态、因何事件、到哪个状态、由谁", "From which state, by which event, to which state, by whom", required=True),  # noqa: E501
}
STATE_KEYS = {
    "zh": Key(str, "中文名", "Chinese name", required=True),
    "en": Key(str, "英文名", "English name", required=True),
    "end": Key(str, "终点：success 办成、failure 未办成、withdrawn 撤回", "An end: success, failure or withdrawn"),  # noqa: E501
    "waits": Key(str, "等谁：library 等馆方、reader 等读者（停钟）、nobody 不计时", "Who is waited for: library, reader (the clock is paused) or nobody (there is no clock)", default="library"),  # noqa: E501
}
TRANSITION_KEYS = {
    "from": Key(str, "起点状态", "The state it leaves", required=True),
    "event": Key(str, "事件", "The event", required=True),
    "to": Key(str, "到达状态", "The state it leads to", required=True),
    "by": Key(str, "由谁：reader 读者、librarian 馆员、manager 主管、system 系统、partner 合作方", "By whom: reader, librarian, manager, system or partner", required=True),  # noqa: E501
    "also": Key(list, "还可由谁", "Who else may", default="[]"),
    "party": Key(str, "两位读者中的谁：own 本人、other 对方、either 任一方", "Which of two readers: own, other or either", default="own"),  # noqa: E501
    "at_once": Key(bool, "一到起点状态就自动发生", "It happens by itself as soon as the state is entered", default="false"),  # noqa: E501
    "after": Key(dict, "到时自动发生，见下表", "It happens by itself after a time, see below"),
    "needs_note": Key(bool, "须写明原因", "A note must say why", default="false"),
    "stamp": Key((str, list), "记下哪个时刻：match 匹配、delivery 交付、feedback 反馈", "Which moment it stamps: match, delivery, feedback", default="[]"),  # noqa: E501
    "asks": Key(list, "要填的字段，格式同服务的表单", "Fields it asks for, written like a form's", default="[]"),  # noqa: E501
    "guards": Key(list, "条件：{is: 名称, for: 由谁, …}", "Conditions: {is: name, for: by whom, …}", default="[]"),  # noqa: E501
    "effects": Key(list, "随之发生的事，按名称；notify 告诉读者", "What happens with it, by name; notify tells the reader", default="[]"),  # noqa: E501
    "tell": Key(dict, "notify 时再对读者说的一句 {zh, en}", "With notify: one more sentence for the reader {zh, en}"),  # noqa: E501
}
AFTER_KEYS = {unit: Key((int, float), zh, en) for unit, zh, en in (
    ("working_hours", "工作小时（校历，每个工作日 8 小时，含调休）", "Working hours: 8 on each working day of the calendar, make-up days too"),  # noqa: E501
    ("working_days", "工作日：同一时刻，节假日不算，调休算", "Working days: no holidays, but make-up days"),  # noqa: E501
    ("calendar_hours", "自然小时", "Hours that pass"),
    ("calendar_days", "自然日", "Days that pass"),
    ("minutes", "分钟", "Minutes"),
)} | {
    "field": Key(str, "从服务单的哪个日期字段算起", "Counted from this date or moment among the case's fields"),  # noqa: E501
    "limit": Key(str, "以服务的哪项限额为数", "The service's limit that stands in for the number"),
}
# fmt: on


def read_flow(path: Path, said: dict[str, Any]) -> Flow:
    """The flow; raises DefinitionError naming file, key and fix."""
    check_keys(path, said, FLOW_KEYS)
    two_languages(path, "title", said["title"])
    two_languages(path, "description", said["description"])
    states = {str(id): _state(path, str(id), one) for id, one in said["states"].items()}
    for event, title in said["events"].items():
        two_languages(path, f"events.{event}", title)
    one_of(path, "start", said["start"], states)
    ways = tuple(_way(path, said, at, one) for at, one in enumerate(said["transitions"], 1))
    flow = Flow(
        said["id"], said["title"], said["description"], said["start"], states, said["events"],
        ways, said,
    )  # fmt: skip
    _check_whole(path, flow)
    return flow


def _state(path: Path, id: str, said: Any) -> State:
    check_keys(path, said, STATE_KEYS, f"states.{id}")
    one_of(path, f"states.{id}.end", said.get("end", ""), ("", *ENDS))
    waits = said.get("waits", "nobody" if said.get("end") else "library")
    one_of(path, f"states.{id}.waits", waits, WAITS)
    return State(id, {"zh": said["zh"], "en": said["en"]}, said.get("end", ""), waits)


def _way(path: Path, flow: dict[str, Any], at: int, said: Any) -> T:
    where = f"transitions.{at}"
    check_keys(path, said, TRANSITION_KEYS, where)
    for key, known in (("from", flow["states"]), ("to", flow["states"]), ("event", flow["events"])):
        one_of(path, f"{where}.{key}", said[key], known)
    actors = (said["by"], *said.get("also", []))
    for actor in actors:
        one_of(path, f"{where}.by", actor, FLOW_ACTORS)
    one_of(path, f"{where}.party", said.get("party", "own"), PARTIES)
    stamps = said.get("stamp", [])
    stamps = (stamps,) if isinstance(stamps, str) else tuple(stamps)
    for stamp in stamps:
        one_of(path, f"{where}.stamp", stamp, STAMPS)
    for effect in said.get("effects", []):
        one_of(path, f"{where}.effects", effect, EFFECTS)
    if "tell" in said:
        two_languages(path, f"{where}.tell", said["tell"])
        if not TELLING & set(said.get("effects", [])):
            raise wrong(path, f"{where}.tell", _("Nobody is told without `effects: [notify]`."))
    after = _timer(path, said["after"], f"{where}.after") if "after" in said else None
    if (after or said.get("at_once")) and SYSTEM not in actors:
        raise wrong(path, f"{where}.by", _("What happens by itself is done by: system."))
    asks = read_fields(path, said.get("asks", []), f"{where}.asks")
    if said.get("at_once") and any(one.required for one in asks):
        raise wrong(path, f"{where}.asks", _("Nobody is there to fill a field in at once."))
    return T(
        said["event"], said["from"], said["to"], said["by"], tuple(said.get("also", [])),
        said.get("party", "own"), bool(said.get("at_once")), after, bool(said.get("needs_note")),
        stamps, asks,
        tuple(_guard(path, one, f"{where}.guards") for one in said.get("guards", [])),
        tuple(said.get("effects", [])), said.get("tell", {}),
    )  # fmt: skip


def _timer(path: Path, said: Any, where: str) -> Timer:
    check_keys(path, said, AFTER_KEYS, where)
    units = [unit for unit in UNITS if unit in said]
    if len(units) > 1 or not (units or said.get("field")):
        raise wrong(path, where, _("Name one unit, or the field whose moment counts."))
    unit = units[0] if units else ""
    number = float(said[unit]) if unit else 0
    if number < 0 and not said.get("field"):
        raise wrong(
            path, f"{where}.{unit}", _("Only before a field's moment is there less than 0.")
        )
    return Timer(unit, number, said.get("field", ""), said.get("limit", ""))


def _guard(path: Path, said: Any, where: str) -> Guard:
    if not isinstance(said, dict) or "is" not in said:
        raise wrong(path, where, _("Write a condition as {is: name}."))
    one_of(path, where, said["is"], GUARDS)
    actors = said.get("for", ())
    actors = (actors,) if isinstance(actors, str) else tuple(actors)
    for actor in actors:
        one_of(path, f"{where}.for", actor, FLOW_ACTORS)
    rest = {key: value for key, value in said.items() if key not in ("is", "for")}
    return Guard(said["is"], actors, rest)


def _check_whole(path: Path, flow: Flow) -> None:
    """Every state is reached, has a way to an end; one way for each event; nothing for ever."""
    seen = [(one.source, one.event) for one in flow.transitions]
    for source, event in seen:
        if seen.count((source, event)) > 1:
            raise DefinitionError(
                _("%(path)s: '%(event)s' leaves '%(state)s' twice.",
                  path=path, event=event, state=source),
                fix=_("Keep one of the two, or give one another event."),
            )  # fmt: skip
    forward = {id: {way.target for way in flow.leaving(id)} for id in flow.states}
    reached = _closure({flow.start}, forward)
    ends = {id for id, state in flow.states.items() if state.end}
    backward = {id: {s for s, targets in forward.items() if id in targets} for id in flow.states}
    ending = _closure(ends, backward)
    for id in flow.states:
        if id not in reached:
            raise DefinitionError(
                _("%(path)s: no case ever comes to '%(state)s'.", path=path, state=id),
                fix=_("Lead a transition to it, or take it out."),
            )
        if id not in ending:
            raise DefinitionError(
                _("%(path)s: from '%(state)s' there is no way to an end.", path=path, state=id),
                fix=_("Lead a transition on, or mark it `end: success`."),
            )
    at_once = {id: {way.target for way in flow.leaving(id) if way.at_once} for id in flow.states}
    for id in flow.states:
        if id in _closure(at_once[id], at_once):
            raise DefinitionError(
                _("%(path)s: what happens at once leads back to '%(state)s' for ever.",
                  path=path, state=id),
                fix=_("Give one of the transitions a time, `after`."),
            )  # fmt: skip
    for event in flow.events:
        if event not in {one.event for one in flow.transitions}:
            raise DefinitionError(
                _("%(path)s: nothing happens on '%(event)s'.", path=path, event=event),
                fix=_("Use it in a transition, or take it out."),
            )


def _closure(begin: set[str], steps: dict[str, set[str]]) -> set[str]:
    found, edge = set(begin), set(begin)
    while edge:
        edge = {target for id in edge for target in steps[id]} - found
        found |= edge
    return found
