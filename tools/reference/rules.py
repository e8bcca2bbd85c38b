"""docs/reference/rules.md: why rows are refused, and how contracts must be written."""

import re

from shuren.data.definitions import NAMING_RULES, contracts
from shuren.data.rules import REPEAT_KINDS, REPEATS, ROW_RULE, RULES, Rule
from tools.reference.markdown import table

HEADS = ["", "中文", "English"]


def rules_page() -> str:
    lines = [
        "# 规则 Rules",
        "",
        "## 行为什么被拒 Why rows are refused",
        "",
        "S 是字节与结构，R 是各列的内容。一行计在它违反的第一条之下。",
        "S is about bytes and structure, R about what columns say. A row counts under the first "
        "rule it breaks.",
        "",
        *table(["", "规则", "Rule", "原因", "Reason"], map(refusal, RULES.values())),
        "",
        "## 契约的命名与完整 Naming and completeness of contracts",
        "",
        "违反任何一条的契约不能装载数据。A contract that breaks one of these loads nothing.",
        "",
        *table(HEADS, [(n, text["zh"], text["en"]) for n, text in NAMING_RULES.items()]),
        "",
        f"## 随附契约的列间规则 Rules over columns in the contracts shipped ({ROW_RULE})",
        "",
        *table(
            ["contract", "rule", "SQL", *HEADS[1:]],
            [
                (id, f"`{rule.id}`", f"`{rule.sql}`", rule.message["zh"], rule.message["en"])
                for id, contract in contracts(None).items()
                for rule in contract.row_rules
            ],
        ),
    ]
    return "\n".join(lines) + "\n"


def refusal(rule: Rule) -> tuple[str, ...]:
    sentences = rule.sentence
    if rule.code == REPEATS:
        kinds = REPEAT_KINDS.values()
        sentences = {
            "zh": " / ".join(kind["zh"] for kind in kinds),
            "en": " / ".join(kind["en"] for kind in kinds),
        }
    elif rule.code == ROW_RULE:
        sentences = {
            "zh": "契约为这条规则写的原因，见下。",
            "en": "What the contract says for it, see below.",
        }
    shown = [re.sub(r"%\((\w+)\)s", r"‹\1›", sentences[language]) for language in ("zh", "en")]
    return (rule.code, rule.title["zh"], rule.title["en"], *shown)
