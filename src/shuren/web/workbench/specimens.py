"""The workbench's own components in the style guide."""

from typing import Any

from shuren.kernel.i18n import gettext as _
from shuren.web.workbench.shares import spark_points, split


def workbench_specimens() -> dict[str, list[dict[str, Any]]]:
    """{component: [{label, inputs}]}, in the order of the page."""
    return {
        "next_step": _next_step(),
        "sum": _sum(),
        "lineage": _lineage(),
        "split_bar": _split_bar(),
        "spark": _spark(),
        "page_view": _page_view(),
        "suggestion": _suggestion(),
    }


def _next_step() -> list[dict[str, Any]]:
    link = {
        "text": _("%(count)s refused rows wait for a decision.", count="89"),
        "url": "#next_step",
        "action": _("Open the quarantine"),
    }
    command = {
        "text": _("The last loads are not yet on the pages. Build a new snapshot."),
        "command": "shuren build",
    }
    return [
        {"label": "link", "inputs": {"label": _("Next step"), "step": link}},
        {"label": "command", "inputs": {"label": _("Next step"), "step": command}},
    ]


def _sum() -> list[dict[str, Any]]:
    inputs = {
        "label": _("What came and what became of it"),
        "whole": {"number": "12,480", "label": _("records")},
        "good": {"number": "12,391", "label": _("accepted")},
        "held": {"number": "89", "label": _("refused")},
        "parts": split(12_391, 89),
        "note": _("%(share)s accepted", share="99.3%"),
    }
    return [{"label": "some refused", "inputs": inputs}]


def _split_bar() -> list[dict[str, Any]]:
    cases = [("half", 50, 50), ("hardly any held", 9_999, 1), ("all good", 12, 0)]
    return [
        {"label": label, "inputs": {"label": label, "parts": split(good, held)}}
        for label, good, held in cases
    ]


def _spark() -> list[dict[str, Any]]:
    cases = [("rises and falls", [97.0, 99.5, 98.0, 99.9, 91.0]), ("flat", [5.0, 5.0, 5.0])]
    return [
        {"label": label, "inputs": {"label": label, "points": spark_points(values)}}
        for label, values in cases
    ]


def _suggestion() -> list[dict[str, Any]]:
    pair = {
        "id": "guide", "title": "概率论与数理统计教程", "url": "#suggestion", "sure": "97%",
        "change": ("", "概率论与数理统计敎程"), "why": _("Joined by the model."),
        "sides": [], "accept": _("The same"), "refuse": _("Not the same"),
    }  # fmt: skip
    cards = pair | {
        "title": _("Two cards"), "change": None, "sure": "50%",
        "sides": ["校园卡 · 学生 · 文学院 · 2023", "门禁 · 学生 · 文学院"],
    }  # fmt: skip
    return [
        {"label": "record", "inputs": {"suggestion": pair}},
        {"label": "cards", "inputs": {"suggestion": cards}},
    ]


def _lineage() -> list[dict[str, Any]]:
    def box(number: int, label: str, before: str, *columns: tuple[int, str, str]) -> Any:
        lines = [
            {"number": n, "label": text, "url": "#lineage", "focus": False, "before": marks}
            for n, text, marks in columns
        ]
        whole = {"number": number, "label": label, "url": "#lineage", "focus": number == 4}
        return whole | {"before": before, "columns": lines}

    layers = [
        {"kind": "raw", "title": "raw", "boxes": [box(0, "raw.loans", "", (1, "day", ""))]},
        {"kind": "mart", "title": "mart", "boxes": [box(2, "loan_fact", "r0", (3, "month", "v1"))]},
        {"kind": "figure", "title": "figure", "boxes": [box(4, "loans_by_month", "r2")]},
    ]
    return [{"label": "two tables", "inputs": {"layers": layers, "label": "loans", "wide": False}}]


def _page_view() -> list[dict[str, Any]]:
    lines = [
        {"x": 120, "y": 90, "width": 760, "height": 60, "url": "#page_view", "tone": ""},
        {"x": 120, "y": 180, "width": 700, "height": 60, "url": "#page_view", "tone": "chosen"},
        {"x": 120, "y": 270, "width": 520, "height": 60, "url": "#page_view", "tone": "unsure"},
    ]
    inputs = {
        "src": "", "alt": _("Page %(number)s as it looks", number=1), "wide": 1000, "tall": 420,
        "lines": lines, "marks": [{"x": 300, "y": 180, "width": 140, "height": 60}],
    }  # fmt: skip
    return [{"label": "a line chosen, a word found, a line unsure", "inputs": inputs}]
