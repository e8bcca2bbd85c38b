"""Every reason for which a row may be refused, with the sentences people read.

S rules are about the record as bytes and text; R rules about what its columns say.
The first rule a row breaks, in the order of this list and then of the contract's
columns, is the one it is counted under.
"""

from collections import defaultdict
from dataclasses import dataclass
from typing import Any

from shuren.data.shapes import Contract, Field
from shuren.kernel.i18n import pick

REPEATS = "R06"
ROW_RULE = "R07"


@dataclass(frozen=True)
class Rule:
    """`sentence` has the places %(field)s (the column's title and name), %(detail)s (what the
    contract asks for), and for S rules the names listed at `internals.block.Refused`."""

    code: str
    title: dict[str, str]
    sentence: dict[str, str]


_RULES = (
    Rule(
        "S01",
        {"zh": "编码错误", "en": "Broken encoding"},
        {
            "zh": "这一行的字节不是 %(encoding)s 编码的文字（从第 %(byte)s 个字节起）。",
            "en": "The bytes of this line are not text in %(encoding)s (from byte %(byte)s on).",
        },
    ),
    Rule(
        "S02",
        {"zh": "引号错误", "en": "Broken quotes"},
        {
            "zh": "第 %(column)s 列的引号没有配对：没有闭合，或出现在字段中间。",
            "en": "The quotes of column %(column)s do not match: never closed, or inside a value.",
        },
    ),
    Rule(
        "S03",
        {"zh": "列数不符", "en": "Wrong number of columns"},
        {
            "zh": "应有 %(expected)s 列，实有 %(found)s 列。",
            "en": "The row has %(found)s columns where %(expected)s are expected.",
        },
    ),
    Rule(
        "S04",
        {"zh": "含空字节", "en": "NUL byte"},
        {
            "zh": "这一行含有空字节（NUL），文件可能已损坏。",
            "en": "The line holds a NUL byte; the file may be damaged.",
        },
    ),
    Rule(
        "S05",
        {"zh": "行太长", "en": "Line too long"},
        {
            "zh": "这一行有 %(length)s 字节，超过上限 %(limit)s 字节。",
            "en": "The line has %(length)s bytes; the limit is %(limit)s.",
        },
    ),
    Rule(
        "S06",
        {"zh": "不是一条记录", "en": "No record"},
        {
            "zh": "这里没有完整的 %(format)s 记录。",
            "en": "There is no %(format)s record here.",
        },
    ),
    Rule(
        "S07",
        {"zh": "目次区与数据不符", "en": "Directory and fields disagree"},
        {
            "zh": "目次区共 %(entries)s 项，第 %(entry)s 项起与字段不符。",
            "en": "From entry %(entry)s of %(entries)s on, the directory does not fit the fields.",
        },
    ),
    Rule(
        "S08",
        {"zh": "结构不符", "en": "Wrong structure"},
        {
            "zh": "%(place)s 处缺少应有的内容：%(wanted)s。",
            "en": "What is expected at %(place)s is not there: %(wanted)s.",
        },
    ),
    Rule(
        "S09",
        {"zh": "合计不符", "en": "Wrong total"},
        {
            "zh": "各月之和（%(found)s）与这一行写明的合计（%(expected)s）不符，或有一格不是次数。",
            "en": "The months add up to %(found)s, the row says %(expected)s; or one is no count.",
        },
    ),
    Rule(
        "S10",
        {"zh": "无法解码", "en": "Unknown encoding"},
        {
            "zh": "这条记录从第 %(byte)s 个字节起不是 %(encoding)s 编码；其他编码须在映射中写明。",
            "en": "From byte %(byte)s on the record is not text in %(encoding)s; "
            "another encoding must be named in the mapping.",
        },
    ),
    Rule(
        "S11",
        {"zh": "不是字段", "en": "No field"},
        {
            "zh": "这条记录的第 %(number)s 行不是 MARC 字段。",
            "en": "Line %(number)s of the record is no MARC field.",
        },
    ),
    Rule(
        "S12",
        {"zh": "写法错误", "en": "Broken markup"},
        {
            "zh": "XML 或 JSON 写法有误：%(error)s。",
            "en": "The XML or JSON is broken: %(error)s.",
        },
    ),
    Rule(
        "S13",
        {"zh": "字段错误", "en": "Broken field"},
        {
            "zh": "第 %(number)s 个字段（%(tag)s）的字段号、指示符或子字段代码有误。",
            "en": "Field %(number)s (%(tag)s) has a wrong tag, indicator or subfield code.",
        },
    ),
    Rule(
        "S14",
        {"zh": "头标区长度错误", "en": "Wrong length of the leader"},
        {
            "zh": "头标区有 %(length)s 个字符，应有 24 个。",
            "en": "The leader has %(length)s characters where 24 are expected.",
        },
    ),
    Rule(
        "S15",
        {"zh": "记录不完整", "en": "Record cut off"},
        {
            "zh": "记录只有 %(length)s 字节，没有结束符；头标区写明 %(expected)s 字节。",
            "en": "The record ends after %(length)s bytes without a terminator; "
            "its leader says %(expected)s.",
        },
    ),
    Rule(
        "S16",
        {"zh": "记录太长", "en": "Record too long"},
        {
            "zh": "记录或字段有 %(length)s 字节，超过格式的上限 %(limit)s 字节。",
            "en": "The record or a field has %(length)s bytes; the format allows %(limit)s.",
        },
    ),
    Rule(
        "S17",
        {"zh": "页面无法读取", "en": "Page cannot be read"},
        {
            "zh": "%(place)s 已损坏，或不是可读的文献格式。",
            "en": "%(place)s is damaged, or of no kind that can be read as a document.",
        },
    ),
    Rule(
        "S18",
        {"zh": "文献有密码", "en": "Document behind a password"},
        {
            "zh": "%(place)s 有密码保护；请去掉密码后重新装载。",
            "en": "%(place)s is protected by a password; load it again without one.",
        },
    ),
    Rule(
        "S19",
        {"zh": "没有文字识别", "en": "No text recognition here"},
        {
            "zh": "%(place)s 是图像，而这里没有安装文字识别；安装 shuren[ocr] 后可重放。",
            "en": "%(place)s is a picture, and no text recognition is installed here; "
            "install shuren[ocr], then replay it.",
        },
    ),
    Rule(
        "S20",
        {"zh": "页面太大", "en": "Page too large"},
        {
            "zh": "%(place)s 的大小是 %(size)s，超过可读的上限。",
            "en": "%(place)s has %(size)s, which is more than can be read.",
        },
    ),
    Rule(
        "R01",
        {"zh": "缺少必填值", "en": "Required value missing"},
        {"zh": "必填的 %(field)s 是空的。", "en": "%(field)s is required and empty."},
    ),
    Rule(
        "R02",
        {"zh": "类型不符", "en": "Wrong type"},
        {
            "zh": "%(field)s 不能读作%(detail)s。",
            "en": "%(field)s cannot be read as %(detail)s.",
        },
    ),
    Rule(
        "R03",
        {"zh": "格式不符", "en": "Wrong form"},
        {
            "zh": "%(field)s 不符合规定的格式 %(detail)s。",
            "en": "%(field)s does not have the form %(detail)s.",
        },
    ),
    Rule(
        "R04",
        {"zh": "超出范围", "en": "Out of range"},
        {
            "zh": "%(field)s 超出允许的范围（%(detail)s）。",
            "en": "%(field)s is outside the range allowed (%(detail)s).",
        },
    ),
    Rule(
        "R05",
        {"zh": "不在值表中", "en": "Not in the list"},
        {
            "zh": "%(field)s 的值不在允许的值表中（%(detail)s）。",
            "en": "%(field)s is not one of the values allowed (%(detail)s).",
        },
    ),
    Rule(
        REPEATS,
        {"zh": "重复", "en": "Repeats another row"},
        {"zh": "%(detail)s", "en": "%(detail)s"},
    ),
    Rule(
        ROW_RULE,
        {"zh": "列间矛盾", "en": "Columns contradict each other"},
        {"zh": "%(detail)s", "en": "%(detail)s"},
    ),
)
RULES: dict[str, Rule] = {rule.code: rule for rule in _RULES}

_TYPES = {
    "string": {"zh": "文字", "en": "text"},
    "integer": {"zh": "整数", "en": "a whole number"},
    "number": {"zh": "数", "en": "a number"},
    "date": {"zh": "日期", "en": "a date"},
    "timestamp": {"zh": "日期时间", "en": "a date and time"},
    "boolean": {"zh": "是/否", "en": "yes or no"},
}
REPEAT_KINDS = {
    "same": {
        "zh": "与第 %(line)s 行逐字相同。",
        "en": "Repeats line %(line)s word for word.",
    },
    "key": {
        "zh": "与第 %(line)s 行是同一条记录（主键相同），内容却不同。",
        "en": "Has the key of line %(line)s with other content.",
    },
    "same_record": {
        "zh": "与第 %(line)s 条记录逐字相同。",
        "en": "Repeats record %(line)s word for word.",
    },
    "key_record": {
        "zh": "与第 %(line)s 条记录的主键相同，内容却不同。",
        "en": "Has the key of record %(line)s with other content.",
    },
    "lake": {
        "zh": "这条记录已经入库，主键相同。",
        "en": "A row with this key has already been accepted.",
    },
}


def reason(contract: Contract, rule: str, field: str, detail: dict[str, Any]) -> dict[str, str]:
    """The sentence for one refused row in both languages.

    detail  as the check left it; for R06 {kind: same|key|lake, line}; for R07 {row_rule: id};
            for S rules as `internals.block.Refused` says
    """
    return {
        language: _sentence(contract, rule, field, detail, language) for language in ("zh", "en")
    }


def _sentence(
    contract: Contract, rule: str, field: str, detail: dict[str, Any], language: str
) -> str:
    known = next((f for f in contract.fields if f.name == field), None)
    name = _name(known, language) if known else field
    asked = ""
    if rule == REPEATS:
        asked = REPEAT_KINDS[detail.get("kind", "lake")][language] % {"line": detail.get("line")}
        asked = f"{name}: {asked}" if field else asked
    elif rule == ROW_RULE:
        broken = next((r for r in contract.row_rules if r.id == detail.get("row_rule")), None)
        asked = pick(broken.message, language) if broken else str(detail.get("row_rule", ""))
    elif known:
        asked = _asked(known, rule, language)
    places = defaultdict(lambda: "?", {"field": name, "detail": asked, **detail})
    return RULES[rule].sentence[language] % places


def _name(field: Field, language: str) -> str:
    title = pick(field.title, language)
    return f"「{title}」({field.name})" if language == "zh" else f"{title} ({field.name})"


def _asked(field: Field, rule: str, language: str) -> str:
    """What the contract asks of the column where this rule speaks of it."""
    if rule == "R02":
        return _TYPES[field.type][language]
    if rule == "R03":
        return field.pattern
    if rule == "R04":
        return f"{field.minimum or '…'} – {field.maximum or '…'}"
    shown = ", ".join(field.allowed[:8])
    return f"{shown} …" if len(field.allowed) > 8 else shown
