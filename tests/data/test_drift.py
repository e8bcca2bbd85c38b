"""Drift: numbers worked by hand, a planted change found, chance alone not taken for one."""

import math
import random
import re

import pytest

from shuren.data import actions, learned
from shuren.data.drift import (
    CATEGORY,
    DRIFTED,
    NUMBER,
    RARE,
    SHAPE,
    STEADY,
    Distribution,
    by_chance,
    compare,
    stability_index,
)
from shuren.data.errors import NotPromoted
from tests.data.loading import OPERATOR
from tests.data.test_model_cards import learn, load, publish
from tests.web.library import built as built

TITLE = "conformed.bib_record.title"


def bibs(site, first: int, titles: list[str]):
    lines = [f"r{first + n},T,{title}" for n, title in enumerate(titles)]
    text = "record_id,source_system,title\n" + "\n".join(lines) + "\n"
    return load(site, "bib_records", text, f"bibs-{first}.csv")


def test_the_index_is_the_sum_over_bins_worked_by_hand():
    # 50 % → 25 % and 50 % → 75 %: (0.25-0.5)·ln(0.25/0.5) + (0.75-0.5)·ln(0.75/0.5)
    by_hand = 0.25 * math.log(2) + 0.25 * math.log(1.5)
    assert by_hand == pytest.approx(0.2747, abs=1e-4)
    assert stability_index({"a": 50, "b": 50}, {"a": 25, "b": 75}) == pytest.approx(by_hand)
    # The same whichever way one looks, and nothing for the same shares of other totals.
    assert stability_index({"a": 25, "b": 75}, {"a": 50, "b": 50}) == pytest.approx(by_hand)
    assert stability_index({"a": 5, "b": 15}, {"a": 50, "b": 150}) == 0


def test_an_empty_bin_counts_as_half_a_row():
    by_hand = (0.5 - 1) * math.log(0.5 / 1) + (0.5 - 0.005) * math.log(0.5 / 0.005)
    assert stability_index({"a": 100}, {"a": 50, "b": 50}) == pytest.approx(by_hand)


def test_chance_is_the_hundredth_part_of_a_chi_square():
    # Upper 1 % of chi-square with 9 degrees of freedom is 21.666 in every table.
    assert by_chance(10, 100, 100) == pytest.approx(21.666 * 0.02, rel=0.01)
    assert by_chance(10, 0, 100) == 0


def test_samples_of_one_population_are_not_drift_and_of_two_are():
    pick = random.Random(7)
    steady = 0
    for _turn in range(200):
        then, now = (
            Distribution(CATEGORY, tally(pick.choice("abcdefgh") for _n in range(60)))
            for _side in range(2)
        )
        steady += compare("x", then, now).verdict == STEADY
    assert steady >= 190  # more than one in four of them is above 0.25 by chance
    then = Distribution(CATEGORY, {"a": 300, "b": 300})
    assert compare("x", then, Distribution(CATEGORY, {"a": 60, "b": 240})).verdict == DRIFTED


def tally(signs) -> dict[str, int]:
    found: dict[str, int] = {}
    for sign in signs:
        found[sign] = found.get(sign, 0) + 1
    return found


@pytest.mark.django_db
def test_titles_in_another_script_block_a_model_and_learning_anew_opens_the_gate(site):
    bibs(site, 0, [f"书名第{n}种" for n in range(60)])
    actions.measure_quality(site, actor=OPERATOR)
    publish(site)
    card = learn(site)
    kept = card.distributions[TITLE]
    assert (kept.kind, kept.rows) == (SHAPE, 60)
    assert learned.against_model(site, card) == []
    bibs(site, 100, [f"A very long title in another language {n}" for n in range(60)])
    publish(site)
    worst = learned.model_drift(site, card)[0]
    assert (worst.column, worst.verdict, worst.rows_now) == (TITLE, DRIFTED, 120)
    # Half the rows are in a bin nobody knew: it is worked out as in the hand sums above.
    known = dict(kept.counts)
    assert worst.index == pytest.approx(stability_index(known, known | {RARE: 60}))
    with pytest.raises(NotPromoted, match=r"conformed\.bib_record\.title is spread otherwise"):
        actions.promote_model(site, "works", actor=OPERATOR)
    anew = learn(site)
    assert actions.promote_model(site, "works", actor=OPERATOR).version == anew.version


@pytest.mark.django_db
def test_numbers_are_counted_between_tenths_that_stay_where_they_were(site):
    bibs_with_years(site, 0, [1950 + n for n in range(50)])
    publish(site)
    column = "conformed.bib_record.published_year"
    kept = learned.distributions(site, [column])
    assert kept[column].kind == NUMBER
    assert list(kept[column].counts.values()) == [5] * 10
    assert [one.index for one in learned.drift_since(site, kept)] == [0]
    bibs_with_years(site, 100, [2020] * 50)
    publish(site)
    (found,) = learned.drift_since(site, kept)
    shares = {name: now for name, _then, now in found.bins}
    assert shares["9"] == pytest.approx(0.55)  # 5 + 50 of 100
    by_hand = 9 * (0.05 - 0.1) * math.log(0.5) + (0.55 - 0.1) * math.log(5.5)
    assert found.index == pytest.approx(by_hand)


def bibs_with_years(site, first: int, years: list[int]):
    lines = [f"r{first + n},T,书名,{year}" for n, year in enumerate(years)]
    text = "record_id,source_system,title,published_year\n" + "\n".join(lines) + "\n"
    return load(site, "bib_records", text, f"years-{first}.csv")


@pytest.mark.django_db
def test_a_column_that_is_gone_is_drift(site):
    bibs(site, 0, [f"书名第{n}种" for n in range(60)])
    publish(site)
    (found,) = learned.drift_since(
        site, {"conformed.gone.name": Distribution(SHAPE, {"han 1-4": 60})}
    )
    assert (found.verdict, found.rows_now) == (DRIFTED, 0)


@pytest.mark.django_db
def test_no_value_of_a_table_about_persons_becomes_a_bin(built):
    columns = ["conformed.reader.college", "mart.loan_fact.title", "conformed.reader.grade"]
    site, _receipt = built
    found = learned.distributions(site, columns)
    assert set(found) == set(columns)
    signs = re.compile(r"(han|latin|digits|signs) (1-4|5-10|11-20|21\+)|empty|rare")
    assert all(signs.fullmatch(name) for one in found.values() for name in one.counts)
    # 6 and 6 readers are of colleges of three and four signs; of the third there are two.
    assert found["conformed.reader.college"].counts["han 1-4"] == 14
