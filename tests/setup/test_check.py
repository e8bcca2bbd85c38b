"""The one command for all checks: what it counts, demands and says at the end."""

import re
from pathlib import Path

import pytest

from tools import check
from tools.check import Report
from tools.junit import Counts, read_junit
from tools.postgres import running_postgres

JUNIT = """<testsuites><testsuite>
<testcase classname="a" name="well"/>
<testcase classname="a" name="wrong"><failure message="no"/></testcase>
<testcase classname="a" name="broken fixture"><error message="no"/></testcase>
<testcase classname="a" name="passes, then fails to clean up"/>
<testcase classname="a" name="passes, then fails to clean up"><error message="no"/></testcase>
<testcase classname="a" name="left out"><skipped message="no Chromium here"/></testcase>
<testcase classname="b" name="left out"><skipped message="no Chromium here"/></testcase>
</testsuite></testsuites>"""


@pytest.fixture
def counts(tmp_path: Path) -> Counts:
    (tmp_path / "junit.xml").write_text(JUNIT, "utf-8")
    return read_junit(tmp_path / "junit.xml")


def test_each_test_counts_once_by_its_worst_outcome(counts):
    assert str(counts) == "1 passed, 3 failed, 2 skipped"


def test_reasons_are_counted(counts):
    assert counts.reasons == {"no Chromium here": 2}


def test_a_run_that_wrote_nothing_counts_nothing(tmp_path):
    assert str(read_junit(tmp_path / "none.xml")) == "0 passed, 0 failed, 0 skipped"


def test_the_last_line_adds_up_all_runs(counts, capsys):
    check.finish(Report(counts=counts + Counts(passed=4)))
    assert capsys.readouterr().out.splitlines()[-1] == "5 passed, 3 failed, 2 skipped"


CASES = {
    "all well": (Counts(passed=3), [], 0),
    "a linter complains": (Counts(passed=3), ["ruff check"], 1),
    "no test ran": (Counts(), [], 1),
    "all skipped": (Counts(skipped=3), [], 1),
}


@pytest.mark.parametrize("counts, faults, code", CASES.values(), ids=CASES)
def test_the_exit_code(counts, faults, code):
    assert check.finish(Report(counts=counts, faults=faults)) == code


STRICT = {
    "all ran": (Counts(passed=2), True, True),
    "one skipped, in CI": (Counts(passed=2, skipped=1), True, False),
    "none there, in CI": (Counts(), True, False),
    "one skipped, at home": (Counts(passed=2, skipped=1), False, True),
}


@pytest.mark.parametrize("counts, strict, fine", STRICT.values(), ids=STRICT)
def test_in_ci_nothing_may_be_left_out(counts, strict, fine):
    report = Report()
    check._demand_all(report, "tests in the browser", counts, strict)
    assert (report.faults == []) is fine


def test_paths_are_the_callers(monkeypatch):
    monkeypatch.chdir(check.ROOT / "tests")
    given = ["setup/test_check.py::test_the_exit_code", "-k", "setup", "--lf"]
    path = str(check.ROOT / "tests" / "setup" / "test_check.py")
    assert check._from_here(given) == [f"{path}::test_the_exit_code", "-k", "setup", "--lf"]


def test_postgresql_starts_for_anybody_and_opens_no_folder():
    """Also for root, whom PostgreSQL refuses; and home folders keep their modes."""
    import psycopg

    parents = [*check.ROOT.parents, check.ROOT, Path.home(), Path("/tmp")]
    modes = [path.stat().st_mode for path in parents]
    with running_postgres() as url, psycopg.connect(url) as connection:
        version = connection.execute("show server_version").fetchone()
        assert version is not None
        assert re.match(r"\d+\.\d+", version[0])
    assert [path.stat().st_mode for path in parents] == modes
