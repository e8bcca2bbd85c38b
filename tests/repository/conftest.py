"""A small library whose loans are known person by person."""

from typing import Any

import pytest

from shuren.data.internals import building
from shuren.data.internals.models import load_models
from shuren.data.internals.receipts import all_receipts
from shuren.kernel.shapes import Actor, no_progress
from shuren.kernel.site import Site
from shuren.repository import definitions
from tests.data.raw_helper import put_raw, reader

LIBRARIAN = Actor("data", "data_librarian")
DATASET = """
title: {zh: 借阅, en: Loans}
description: {zh: 每月各学院借阅, en: Loans by month and college}
owner: 流通部 Circulation
licence: CC-BY-4.0
access: open
training: {allowed: true, reason: {zh: 只有汇总, en: Counts only}}
anonymity: {zh: 不少于五人, en: Five persons at least}
keywords: {zh: [借阅], en: [loans]}
period: month
parts:
  loans:
    title: {zh: 借阅, en: Loans}
    table: mart.loan_fact
    by: [month, college]
    measures:
      loans: {what: count, title: {zh: 次数, en: Loans}}
"""


def lend(site: Site, place: int, borrowers: dict[tuple[str, str], int], first: int = 0) -> None:
    """One loan of each of so many readers, by month and college, and a new snapshot."""
    readers: list[dict[str, Any]] = []
    loans: list[dict[str, Any]] = []
    number = first
    for (month, college), count in borrowers.items():
        for _reader in range(count):
            readers.append({"reader_id": reader(number), "kind": "student", "college": college})
            loans.append(
                {"loan_id": f"l{number}", "reader_id": reader(number), "title": "三体",
                 "loaned_at": f"{month}-03T09:00:00"}
            )  # fmt: skip
            number += 1
    put_raw(site, "readers", readers, place=place)
    put_raw(site, "loans", loans, place=place + 1)
    building.build_snapshot(site, load_models(site), all_receipts(site)[::-1], no_progress)


def declare(site: Site, id: str, text: str = DATASET, **changes: str) -> None:
    """Write a dataset of the site; changes: {what stands in the text: what is to stand there}."""
    for old, new in changes.items():
        text = text.replace(old, new)
    folder = site.definitions / "datasets"
    folder.mkdir(parents=True, exist_ok=True)
    (folder / f"{id}.yaml").write_text(text, "utf-8")
    definitions.datasets.cache_clear()


@pytest.fixture
def library(site: Site) -> Site:
    """Three months of four colleges; the running month is December."""
    counts = {
        "文学院": (9, 9, 7),
        "数学学院": (8, 8, 9),
        "法学院": (3, 3, 20),
        "医学院": (30, 30, 30),
    }
    months = ("2026-09", "2026-10", "2026-11")
    borrowers = {
        (month, college): count
        for college, row in counts.items()
        for month, count in zip(months, row, strict=True)
    }
    lend(site, 1, borrowers | {("2026-12", "文学院"): 6})
    declare(site, "lending")
    return site
