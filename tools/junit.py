"""Counts what pytest's JUnit files say."""

from collections import Counter
from dataclasses import dataclass, field
from pathlib import Path
from xml.etree import ElementTree


@dataclass
class Counts:
    """Each test once, by its worst outcome; `reasons` counts why tests were skipped."""

    passed: int = 0
    failed: int = 0
    skipped: int = 0
    reasons: Counter[str] = field(default_factory=Counter)

    def __add__(self, other: "Counts") -> "Counts":
        return Counts(
            self.passed + other.passed,
            self.failed + other.failed,
            self.skipped + other.skipped,
            self.reasons + other.reasons,
        )

    def __str__(self) -> str:
        return f"{self.passed} passed, {self.failed} failed, {self.skipped} skipped"


def read_junit(path: Path) -> Counts:
    """Nothing counted when pytest wrote no file: it was broken off, or never began."""
    counts = Counts()
    if not path.is_file():
        return counts
    outcomes: dict[tuple[str, str], tuple[str, str]] = {}
    # Written by our own pytest a moment ago, so the parser needs no hardening.
    for case in ElementTree.parse(path).iter("testcase"):
        key = (case.get("classname", ""), case.get("name", ""))
        outcome = _outcome(case)
        # A test that passes and then fails to clean up is listed twice.
        if key not in outcomes or outcome[0] == "failed":
            outcomes[key] = outcome
    for kind, reason in outcomes.values():
        if kind == "passed":
            counts.passed += 1
        elif kind == "failed":
            counts.failed += 1
        else:
            counts.skipped += 1
            counts.reasons[reason] += 1
    return counts


def _outcome(case: ElementTree.Element) -> tuple[str, str]:
    if case.find("failure") is not None or case.find("error") is not None:
        return "failed", ""
    skipped = case.find("skipped")
    if skipped is not None:
        return "skipped", skipped.get("message") or "no reason given"
    return "passed", ""
