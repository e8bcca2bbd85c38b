"""The COUNTER API client against a real server that misbehaves in every way the standard lists."""

import json
import logging
from pathlib import Path
from typing import Any

import pytest

from shuren.data.actions import build, collect
from shuren.data.internals.counter.source import CounterSource
from shuren.data.internals.counter.sushi import months
from shuren.data.internals.reading.problems import FileProblem
from shuren.data.queries import receipts, summarise
from shuren.data.source import Connector, Fetched
from shuren.kernel.clock import now
from shuren.kernel.errors import ShurenError
from shuren.kernel.shapes import Actor, no_progress
from shuren.kernel.site import Site
from tests.data.loading import OPERATOR, accepted
from tests.data.misbehaving_platform import Answer, Platform, exception, platform, report

KEY = "k3y-that-nobody-may-see"


@pytest.fixture
def server(monkeypatch):
    monkeypatch.setenv("SHUREN_NOW", "2026-04-10T08:00:00+00:00")  # January to March are over
    monkeypatch.setenv("SHUREN_SECRET_VENDOR", KEY)
    with platform() as running:
        yield running


class Run:
    """One fetch: what came, how long it waited, and the problem it ended with."""

    def __init__(
        self, site: Site, server: Platform, folder: Path, cursor: str = "", **more: Any
    ) -> None:
        settings = {"base_url": server.address, "customer_id": "c1", "requestor_id": "r1",
                    "api_key": {"secret": "VENDOR"}, "reports": ["TR"], "begin": "2026-01",
                    **more}  # fmt: skip
        connector = Connector("vendor", {"en": "Vendor"}, "eresources", "counter",
                              contract="counter_usage", settings=settings)  # fmt: skip
        self.waits: list[float] = []
        self.files: list[Fetched] = []
        self.problem = ""
        source = CounterSource(wait=self.waits.append)
        folder.mkdir(exist_ok=True)
        try:
            for fetched in source.fetch(site, connector, cursor, folder, no_progress):
                self.files.append(fetched)
        except ShurenError as error:
            self.problem = str(error)

    @property
    def names(self) -> list[str]:
        return [fetched.path.name for fetched in self.files]

    @property
    def cursor(self) -> str:
        return self.files[-1].cursor if self.files else ""


@pytest.fixture
def fetch(site, server, tmp_path):
    def run(cursor: str = "", **more: Any) -> Run:
        return Run(site, server, tmp_path / "fetched", cursor, **more)

    return run


def test_every_month_that_is_over_is_fetched_once(server, fetch):
    first = fetch()
    assert first.names == [f"vendor-TR-2026-0{n}.json" for n in (1, 2, 3)]
    assert first.problem == ""
    path, question = server.asked[0]
    assert path == "/r51/reports/tr"
    assert question == {
        "customer_id": "c1", "requestor_id": "r1", "api_key": KEY, "begin_date": "2026-01",
        "end_date": "2026-01", "attributes_to_show": "YOP|Access_Type|Access_Method",
    }  # fmt: skip
    assert fetch(first.cursor).names == []
    assert len(server.asked) == 3


def test_a_fetch_cut_short_goes_on_behind_the_last_file(fetch, server):
    whole = fetch()
    assert fetch(whole.files[0].cursor).names == whole.names[1:]


def test_release_5_0_has_other_paths_and_is_read_too(server, fetch):
    server.scripts["TR_J1 2026-01"] = [Answer(body=report("TR_J1", "2026-01", release="5"))]
    found = fetch(release="5.0", reports=["TR_J1"])
    assert server.asked[0][0] == "/reports/tr_j1"
    assert len(found.names) == 3


@pytest.mark.parametrize(
    "troubles",
    [
        [Answer(503, exception(1000))],
        [Answer(503, exception(1010)), Answer(503, exception(1010))],
        [Answer(202, exception(1011)), Answer(202, exception(1011)), Answer(202, b"")],
        [Answer(429, exception(1020))],
        [Answer(500, b"<html>oops</html>")],
        [Answer(200, b"<html>maintenance</html>")],
        [Answer(200, b'{"Report_Header": {"Rel')],
        [Answer(200, {"Exception": exception(1010)})],
        [Answer(200, [exception(1020)])],
        [Answer(200, {"Report_Header": {"Exceptions": [exception(1011)]}, "Report_Items": []})],
        [Answer(200, report("TR", "2026-01"), cut=True)],
    ],
    ids=["1000", "1010 twice", "queued", "429", "500", "html", "half JSON", "5.0 exception",
         "list of exceptions", "queued in a header", "connection cut"],
)  # fmt: skip
def test_what_passes_is_asked_again_with_growing_pauses(server, fetch, troubles):
    server.scripts["TR 2026-01"] = [*troubles, Answer(body=report("TR", "2026-01"))]
    found = fetch()
    assert (found.names[0], found.problem) == ("vendor-TR-2026-01.json", "")
    assert len(found.waits) == len(troubles)
    for attempt, pause in enumerate(found.waits):
        assert 2 * 2**attempt <= pause <= 3 * 2**attempt


def test_a_slow_platform_is_given_up_after_the_time_allowed(server, fetch):
    server.scripts["TR 2026-01"] = [Answer(hang=0.6), Answer(body=report("TR", "2026-01"))]
    found = fetch(timeout=0.3)
    assert found.names[0] == "vendor-TR-2026-01.json"
    assert len(found.waits) == 1


@pytest.mark.parametrize(
    "header, seconds", [("30", 30), ("Fri, 10 Apr 2026 08:01:00 GMT", 60)], ids=["s", "date"]
)
def test_retry_after_is_kept_to(server, fetch, header, seconds):
    server.scripts["TR 2026-01"] = [
        Answer(429, exception(1020), {"Retry-After": header}),
        Answer(body=report("TR", "2026-01")),
    ]
    (pause,) = fetch().waits
    assert seconds <= pause <= seconds + 1


def test_a_platform_that_wants_an_hour_is_left_for_the_next_run(server, fetch):
    server.scripts["TR 2026-01"] = [Answer(429, exception(1020), {"Retry-After": "3600"})]
    found = fetch()
    assert (found.names, found.waits) == ([], [])
    assert "1020" in found.problem


def test_patience_ends_and_the_other_reports_still_come(server, fetch):
    server.scripts["TR 2026-01"] = [Answer(503, exception(1010))]
    found = fetch(reports=["TR", "PR"], attempts=3)
    assert found.names == [f"vendor-PR-2026-0{n}.json" for n in (1, 2, 3)]
    assert "TR 2026-01: 1010" in found.problem
    assert len(found.waits) == 2
    assert len(server.asked) == 3 + 3


@pytest.mark.parametrize(
    "status, code",
    [(400, 1030), (401, 2000), (403, 2010), (403, 2011), (401, 2020), (401, 0), (302, 0)],
)
def test_wrong_settings_end_the_fetch_at_once_with_advice(server, fetch, status, code):
    body = exception(code, f"the key {KEY} is wrong") if code else b""
    server.scripts["TR 2026-01"] = [Answer(status, body, {"Location": "https://elsewhere/"})]
    found = fetch(reports=["TR", "PR"])
    assert (found.names, len(server.asked)) == ([], 1)
    assert str(code or status) in found.problem
    assert KEY not in found.problem


@pytest.mark.parametrize(
    "answer",
    [
        Answer(400, exception(3020)),
        Answer(200, exception(3070)),
        Answer(200, {"Report_Header": {"Exceptions": [exception(3060)]}, "Report_Items": []}),
        Answer(404, b"not found"),
        Answer(200, report("PR", "2026-01")),
    ],
    ids=["3020 dates", "3070 filter missing", "3060 and nothing", "404", "another report"],
)
def test_a_report_that_cannot_be_had_holds_up_no_other(server, fetch, answer):
    server.scripts["TR 2026-01"] = [answer]
    found = fetch(reports=["TR", "PR"])
    assert found.names == [f"vendor-PR-2026-0{n}.json" for n in (1, 2, 3)]
    assert found.problem.count("TR 2026-01") == 1


@pytest.mark.parametrize("code", [3050, 3060, 3061, 3062, 3063])
def test_a_warning_with_use_is_use(server, fetch, code):
    server.scripts["TR 2026-01"] = [Answer(body=report("TR", "2026-01", 7, [exception(code)]))]
    found = fetch()
    assert (len(found.names), found.problem) == (3, "")


@pytest.mark.parametrize("code", [0, 1, 500, 999, 9999])
def test_what_a_platform_merely_wants_to_say_changes_nothing(server, fetch, code):
    """0 is information, 1 to 999 are the platform's own warnings; a code nobody knows is neither
    here nor there when the usage has come."""
    said = report("TR", "2026-01", 7, [exception(code, "new address in May")])
    server.scripts["TR 2026-01"] = [Answer(body=said)]
    found = fetch()
    assert (len(found.names), found.problem) == (3, "")
    silent = report("TR", "2026-01", 0, [exception(code, "new address in May")])
    server.scripts["TR 2026-01"] = [Answer(body=silent)]
    found = fetch()
    is_known = code < 1000
    assert len(found.names) == (2 if is_known else 0)
    assert ("TR 2026-01" in found.problem) is not is_known


@pytest.mark.parametrize("code, asked_again", [(3030, False), (3032, False), (3031, True)])
def test_what_is_not_there_is_told_from_what_is_not_ready(server, fetch, code, asked_again):
    empty = report("TR", "2026-01", 0, [exception(code)])
    server.scripts["TR 2026-01"] = [Answer(body=empty)]
    first = fetch()
    assert first.names == ["vendor-TR-2026-02.json", "vendor-TR-2026-03.json"]
    assert first.problem == ""
    server.scripts["TR 2026-01"] = [Answer(body=report("TR", "2026-01"))]
    assert (fetch(first.cursor).names == ["vendor-TR-2026-01.json"]) is asked_again


def test_a_partial_month_is_taken_and_fetched_again_until_it_is_whole(server, fetch):
    partial = report("TR", "2026-03", 4, [exception(3040, "30 March is missing")])
    server.scripts["TR 2026-03"] = [Answer(body=partial)]
    first = fetch()
    assert len(first.names) == 3
    assert any("30 March is missing" in note for note in first.files[2].notes)
    second = fetch(first.cursor)
    assert second.names == ["vendor-TR-2026-03.json"]
    server.scripts["TR 2026-03"] = [Answer(body=report("TR", "2026-03", 9))]
    third = fetch(second.cursor)
    assert json.loads(third.files[0].path.read_text())["Report_Items"]
    assert fetch(third.cursor).names == []


def test_keys_are_in_no_log_note_name_or_cursor(server, fetch, caplog):
    caplog.set_level(logging.DEBUG)
    server.scripts["TR 2026-01"] = [Answer(503, exception(1010)), Answer(500, b"", cut=True),
                                    Answer(body=report("TR", "2026-01"))]  # fmt: skip
    found = fetch()
    told = [*(f"{f.path} {f.notes} {f.cursor}" for f in found.files), caplog.text, found.problem]
    assert server.asked[0][1]["api_key"] == KEY
    assert not [text for text in told if KEY in text]


@pytest.mark.parametrize(
    "settings, words",
    [
        ({"base_url": "http://vendor.example"}, "https"),
        ({"reports": ["JR1"]}, "JR1"),
        ({"begin": "2026"}, "2026-01"),
        ({"release": "4"}, "5.1"),
        ({"api_kye": "x"}, "api_kye"),
        ({"customer_id": "", "api_key": ""}, "customer_id"),
    ],
)
def test_settings_that_cannot_work_are_named_before_anything_is_asked(
    server, fetch, settings, words
):
    found = fetch(**settings)
    assert words in found.problem
    assert server.asked == []


def test_a_missing_secret_says_which(server, site, tmp_path, monkeypatch):
    monkeypatch.delenv("SHUREN_SECRET_VENDOR")
    assert "VENDOR" in Run(site, server, tmp_path / "fetched").problem


def test_a_source_that_fails_leaves_a_sentence_not_a_traceback(server, fetch):
    found = fetch(base_url="http://127.0.0.1:9", attempts=2)
    assert "TR 2026-01" in found.problem
    assert issubclass(FileProblem, ShurenError)


@pytest.mark.django_db
def test_collected_reports_are_loaded_and_a_partial_one_is_replaced(site, server, monkeypatch):
    """Through `collect`, as the library does it, on a clock that runs: 7 in each of two months,
    first 4 and then 9 in the third."""
    monkeypatch.delenv("SHUREN_NOW")
    first, second, third = months("2020-01", now().date())[-3:]
    text = f"""
title: {{zh: 平台, en: Platform}}
system: eresources
source: counter
contract: counter_usage
settings: {{base_url: "{server.address}", customer_id: c, api_key: {{secret: VENDOR}},
  reports: [TR], begin: "{first}"}}
"""
    (site.definitions / "sources").mkdir(parents=True, exist_ok=True)
    (site.definitions / "sources" / "vendor.yaml").write_text(text, "utf-8")
    partial = report("TR", third, 4, [exception(3040)])
    whole = report("TR", third, 9)
    whole["Report_Header"]["Created"] = "2026-07-01T00:00:00Z"
    server.scripts[f"TR {third}"] = [Answer(body=partial), Answer(body=whole)]
    collect(site, "vendor", actor=OPERATOR)
    loaded = [sum(r["usage_count"] for r in accepted(site, load)) for load in receipts(site)]
    assert sorted(loaded) == [4, 7, 7]
    collect(site, "vendor", actor=OPERATOR)
    build(site, actor=OPERATOR)
    assert server.months() == [first, second, third, third]
    (total,) = summarise(
        site, "mart.platform_month", measures={"n": "sum:usage"},
        purpose="library_statistics",
        actor=Actor("d", "director", doing="dashboards.read"),
    ).rows  # fmt: skip
    assert total == (23,)
    kept = " ".join(path.read_text("utf-8") for path in site.receipts.glob("*.json"))
    kept += "".join(path.read_text("utf-8") for path in (site.data / "connectors").glob("*.json"))
    assert KEY not in kept
