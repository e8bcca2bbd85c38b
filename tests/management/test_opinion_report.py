"""Three years of opinions: what was planted is found; what cannot be loaded is told."""

from datetime import date
from pathlib import Path

import pytest
from click.testing import CliRunner

from shuren.campus.opinions import COLUMNS, PLANTED, write_opinions
from shuren.kernel.errors import UsageError
from shuren.kernel.site import Site
from shuren.management import history
from shuren.management.errors import BadOpinion
from shuren.management.internals.voice_rows import Opinion
from shuren.management.opinion_report import SURE, mann_kendall, three_years
from shuren.trust.errors import NotAllowed
from tests.management.voice_people import LIBRARIAN, OVERSEER, staff  # noqa: F401

pytestmark = pytest.mark.django_db


@pytest.fixture
def here(site: Site, settings, monkeypatch) -> Site:
    settings.SITE = site
    monkeypatch.setenv("SHUREN_NOW", "2026-11-20T09:00:00+08:00")
    return site


@pytest.fixture
def loaded(here: Site, tmp_path: Path) -> dict[str, int]:
    counts = write_opinions(tmp_path / "opinions.csv", last=date(2026, 10, 31))
    assert history.load(here, tmp_path / "opinions.csv", actor=LIBRARIAN) > 1000
    return counts


@pytest.mark.parametrize(
    "values, z",
    [
        ((1, 2, 3, 4), (6 - 1) / (4 * 3 * 13 / 18) ** 0.5),
        ((4, 3, 2, 1), -(6 - 1) / (4 * 3 * 13 / 18) ** 0.5),
        ((5, 5, 5), 0.0),
        ((1, 1, 2), (2 - 1) / ((3 * 2 * 11 - 2 * 1 * 9) / 18) ** 0.5),
    ],
)
def test_a_trend_is_measured_as_mann_and_kendall_do(values, z):
    assert mann_kendall(values) == pytest.approx(z)


def test_planted_themes_and_trends_are_found_from_the_words_alone(here: Site, loaded):
    made = three_years(here, actor=LIBRARIAN)
    assert (made.first, made.last, len(made.months)) == ("2023-11", "2026-10", 36)
    found = {one.topic: one for one in made.topics}
    # A text that was written twice on one day is one line of the table and counts once.
    assert made.count == Opinion.objects.count() <= sum(loaded.values())
    for topic, planted in loaded.items():
        assert abs(found[topic].count - planted) / planted < 0.15, topic
    assert found["seats"].z > SURE
    assert found["lending"].z < -SURE
    steady = [id for id, (start, end) in PLANTED.items() if start == end]
    assert sum(found[id].trend == "steady" for id in steady) >= len(steady) - 1
    assert sum(made.by_month) == made.count == sum(one.count for one in made.years)
    assert made.topics[0].topic == max(loaded, key=loaded.get)
    for year in made.years:
        assert year.in_time is not None
        assert 0.8 < year.in_time < 0.95  # one in eight answers was planted late
        assert 3 < year.rating < 4.5
    assert {id for id, _count in made.reasons} <= set(history.REASONS)


def test_one_command_writes_both_languages_as_pages_and_pdf(here, loaded, tmp_path, staff):  # noqa: F811
    from shuren.web.reports.files import in_language
    from shuren.web.reports.opinions import files, paper

    made = {one.name: one.content for one in files(here, "", ("zh", "en"), ("html", "pdf"),
                                                   actor=LIBRARIAN)}  # fmt: skip
    assert set(made) == {f"opinions-2026-10-{one}.{kind}" for one in ("zh", "en")
                         for kind in ("html", "pdf")}  # fmt: skip
    english = made["opinions-2026-10-en.html"].decode()
    assert "More and more are about: Seats and study space." in english
    assert "Fewer and fewer are about: Lending rules and overdues." in english
    assert "越来越多的意见涉及：座位与自习空间" in made["opinions-2026-10-zh.html"].decode()
    for name in ("opinions-2026-10-zh.pdf", "opinions-2026-10-en.pdf"):
        assert made[name].startswith(b"%PDF-")
        assert len(made[name]) > 10_000
    with in_language("en"):
        words = paper(here, three_years(here, actor=LIBRARIAN))
    cells = [cell for part in words.parts for block in part.blocks for row in block.grid.rows
             for cell in row]  # fmt: skip
    assert not [one for one in cells if one.value is not None and 0 < one.value < 1]


def test_a_file_loads_whole_or_not_at_all_and_once(here: Site, tmp_path: Path):
    path = tmp_path / "opinions.csv"
    head = ",".join(COLUMNS)
    path.write_text(
        f"{head}\n2026-01-05,web,灯太暗\n2026-13-05,web,太吵\n2026-01-05,fax,太吵\n", "utf-8"
    )
    with pytest.raises(UsageError, match="2 lines are wrong") as told:
        history.load(here, path, actor=LIBRARIAN)
    assert "line 3" in str(told.value.fix)
    assert not Opinion.objects.exists()
    path.write_bytes(f"{head}\n2026-01-05,web,灯太暗，电话13812345678\n".encode("gb18030"))
    assert history.load(here, path, actor=LIBRARIAN) == 1
    assert history.load(here, path, actor=LIBRARIAN) == 0
    assert Opinion.objects.get().text == "灯太暗，电话…"
    path.write_text("day,text\n", "utf-8")
    with pytest.raises(UsageError, match="received_on"):
        history.load(here, path, actor=LIBRARIAN)


def test_months_without_opinions_and_roles_without_the_right_are_refused(here: Site):
    for last in ("2026-10", "gestern", "2026-13"):
        with pytest.raises(BadOpinion):
            three_years(here, last, actor=LIBRARIAN)
    with pytest.raises(NotAllowed):
        three_years(here, actor=OVERSEER)


def test_the_command_line_loads_and_writes(here, tmp_path, staff, monkeypatch):  # noqa: F811
    from shuren.cli.context import CliContext
    from shuren.cli.opinions import opinions

    table = tmp_path / "opinions.csv"
    write_opinions(table, last=date(2026, 10, 31))
    context = CliContext.__new__(CliContext)
    monkeypatch.setattr(CliContext, "site", here, raising=False)
    run = CliRunner()
    done = run.invoke(opinions, ["load", str(table), "--as", "lin"], obj=context)
    assert done.exit_code == 0, done.output
    out = tmp_path / "out"
    ask = ["report", "--as", "lin", "--lang", "en", "--out", str(out)]
    done = run.invoke(opinions, ask, obj=context)
    assert done.exit_code == 0, done.output
    assert sorted(one.name for one in out.iterdir()) == [
        "opinions-2026-10-en.html", "opinions-2026-10-en.pdf",
    ]  # fmt: skip
    assert run.invoke(opinions, ask, obj=context).exit_code != 0
    assert run.invoke(opinions, [*ask, "--force"], obj=context).exit_code == 0
