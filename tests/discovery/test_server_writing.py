"""Writing to a search server: made anew beside the live index, or renewed, and cut short."""

import pytest

from shuren.discovery import queries
from shuren.discovery.actions import index
from shuren.discovery.definitions import shelving
from shuren.discovery.errors import NoIndex, OldIndex, RecordsRefused
from shuren.discovery.internals import engines, schema, writing
from shuren.discovery.internals.opensearch import form
from shuren.discovery.internals.opensearch import writing as remote
from shuren.discovery.internals.opensearch.server import Server
from shuren.discovery.internals.spilling import Numbers
from shuren.discovery.search_shapes import Query
from shuren.kernel.shapes import no_progress
from shuren.kernel.site import Site
from tests.discovery.catalogue import CATALOGUE, book
from tests.discovery.serving import filled, server_of, site_of
from tests.discovery.test_renewing import VISITOR, Library


@pytest.fixture
def remote_site(search_server: str, tmp_path) -> Site:
    return site_of(tmp_path / "site", url=search_server, batch=5)


def held(site: Site) -> dict[str, tuple[str, object]]:
    """{key: (fingerprint, what is shown)} of all that is indexed, as a search sees it."""
    name, _manifest = form.live(server_of(site), now=True)
    hits = remote._walk(server_of(site), name, {"match_all": {}}, ["shown"])
    return {hit["_id"]: (hit["fields"]["print"][0], hit["_source"]["shown"]) for hit in hits}


def found(site: Site, text: str) -> set[str]:
    return {hit.item.id for hit in engines.engine(site).answer(Query(text)).hits}


def names(site: Site) -> list[str]:
    return remote._all_names(server_of(site))


@pytest.mark.django_db
@pytest.mark.parametrize("seed", range(2))
def test_whatever_changes_renewing_comes_out_as_making_it_anew(
    remote_site: Site, seed: int
) -> None:
    library = Library(remote_site, seed)
    library.items(12)
    library.records(6)
    library.places("a", 8)
    library.papers(3)
    library.build()
    assert index(remote_site, actor=VISITOR).rebuilt
    steps = [lambda: library.items(2), lambda: library.records(2), lambda: library.places("b", 4),
             lambda: library.harvested(3), lambda: library.indexed(3)]  # fmt: skip
    for step in steps:
        step()
        library.build()
        made = index(remote_site, actor=VISITOR)
        renewed = held(remote_site)
        assert (made.rebuilt, made.records) == (False, len(renewed))
    assert index(remote_site, actor=VISITOR, everything=True).rebuilt
    assert held(remote_site) == renewed
    assert queries.index_version(remote_site) != made.version
    nothing = index(remote_site, actor=VISITOR)
    assert (nothing.written, nothing.removed) == (0, 0)


@pytest.mark.django_db
def test_without_the_snapshot_of_before_all_records_are_compared(
    remote_site: Site, monkeypatch: pytest.MonkeyPatch
) -> None:
    library = Library(remote_site, 3)
    library.items(12)
    library.build()
    index(remote_site, actor=VISITOR)
    library.items(2)
    library.build()
    monkeypatch.setattr(remote.changes, "changed", lambda *given: None)
    assert not index(remote_site, actor=VISITOR).rebuilt
    renewed = held(remote_site)
    index(remote_site, actor=VISITOR, everything=True)
    assert held(remote_site) == renewed


def renewed(site: Site, records: list, snapshot: str) -> None:
    """A renewal that compares all records."""
    name, _manifest = form.live(server_of(site), now=True)
    known = Numbers(10)
    for key, print_ in remote._fingerprints(server_of(site), name):
        known.set(key, print_)
    how = shelving(None)
    remote._update(server_of(site), name, known, records, how, snapshot, no_progress)


def test_nothing_written_is_seen_before_the_server_is_told_to_show_it(remote_site: Site) -> None:
    filled(remote_site)
    told = server_of(remote_site).write("GET", f"{names(remote_site)[0]}/_settings")
    [said] = told.values()
    assert said["settings"]["index"]["refresh_interval"] == "-1"


def test_a_renewal_cut_short_is_caught_up_and_the_index_says_so_only_then(
    remote_site: Site, monkeypatch: pytest.MonkeyPatch
) -> None:
    filled(remote_site, CATALOGUE[:3])
    more = [*CATALOGUE[1:3], *(book(f"n{n}", f"新书{n}") for n in range(20))]
    sent = []
    bulk = remote._bulk

    def stops_at_the_third(*given):
        if len(sent) == 2:
            raise KeyboardInterrupt
        sent.append(given)
        bulk(*given)

    monkeypatch.setattr(remote, "_bulk", stops_at_the_third)
    with pytest.raises(KeyboardInterrupt):
        renewed(remote_site, more, "S2")
    assert len(sent) == 2
    assert found(remote_site, "三国") == {"san", "shi", "zhi"}
    assert engines.engine(remote_site).answer(Query("三国")).snapshot == "S1"
    monkeypatch.setattr(remote, "_bulk", bulk)
    renewed(remote_site, more, "S2")
    assert len(found(remote_site, "新书")) == 20
    assert found(remote_site, "三国") == {"shi", "zhi"}
    assert engines.engine(remote_site).answer(Query("三国")).snapshot == "S2"


def test_made_anew_the_live_index_stays_until_the_switch_and_the_one_before_is_kept(
    remote_site: Site, monkeypatch: pytest.MonkeyPatch
) -> None:
    first = form.live(server_of(filled(remote_site)))[0]

    def interrupted(*given):
        raise KeyboardInterrupt

    with monkeypatch.context() as cut:
        cut.setattr(remote, "_say", interrupted)
        with pytest.raises(KeyboardInterrupt):
            filled(remote_site, CATALOGUE[:2])
    assert form.live(server_of(remote_site), now=True)[0] == first
    assert found(remote_site, "红楼梦") == {"hong"}
    assert len(names(remote_site)) == 2
    second = form.live(server_of(filled(remote_site)), now=True)[0]
    assert names(remote_site) == [first, second]
    third = form.live(server_of(filled(remote_site)), now=True)[0]
    assert names(remote_site) == [second, third]


def test_two_libraries_on_one_server_do_not_meet(search_server: str, tmp_path) -> None:
    one = filled(site_of(tmp_path / "one", url=search_server), CATALOGUE[:1])
    other = filled(site_of(tmp_path / "other", url=search_server), CATALOGUE[2:3])
    filled(one, CATALOGUE[:1])
    assert found(one, "三国") == {"san"}
    assert found(other, "三国") == {"zhi"}


def test_an_index_of_another_form_is_refused_with_advice_and_made_anew(
    remote_site: Site, monkeypatch: pytest.MonkeyPatch
) -> None:
    with pytest.raises(NoIndex):
        found(remote_site, "三国")
    filled(remote_site)
    monkeypatch.setattr(schema, "VERSION", schema.VERSION + 1)
    form.forget(server_of(remote_site))
    with pytest.raises(OldIndex, match="shuren index"):
        found(remote_site, "三国")
    filled(remote_site)
    assert found(remote_site, "红楼梦") == {"hong"}


def test_what_the_server_does_not_take_is_told_and_nothing_is_switched(
    remote_site: Site, monkeypatch: pytest.MonkeyPatch
) -> None:
    filled(remote_site)
    document = remote.records.document

    def bad_year(record, how):
        key, fields = document(record, how)
        return key, fields | {"year": ["no year"]}

    monkeypatch.setattr(remote.records, "document", bad_year)
    with pytest.raises(RecordsRefused, match="refused 5 records"):
        filled(remote_site, CATALOGUE[:5])
    assert found(remote_site, "红楼梦") == {"hong"}


def test_busy_for_some_records_those_are_sent_again(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(remote, "_WAITS", (0.0, None))
    lines = [b"1\n", b"2\n", b"3\n"]
    said = []

    class Busy(Server):
        def __init__(self) -> None:
            self.answers = [[200, 429, 200], [200]]

        def write_lines(self, path: str, sent: bytes) -> dict[str, object]:
            said.append(sent)
            codes = self.answers.pop(0)
            return {"items": [{"index": {"status": code, **({"error": {"type": "busy"}}
                                                           if code > 299 else {})}}
                              for code in codes]}  # fmt: skip

    remote._bulk(Busy(), "x", lines)
    assert said == [b"1\n2\n3\n", b"2\n"]
    always = Busy()
    always.answers = [[429], [429]]
    with pytest.raises(RecordsRefused, match="busy"):
        remote._bulk(always, "x", [b"1\n"])


@pytest.mark.django_db
def test_the_embedded_index_is_not_written_where_a_server_finds(
    remote_site: Site, monkeypatch: pytest.MonkeyPatch
) -> None:
    library = Library(remote_site, 4)
    library.items(6)
    library.build()
    monkeypatch.setattr(writing, "renew", None)
    index(remote_site, actor=VISITOR)
    assert {path.name for path in (remote_site.data / "index").iterdir()} == {".lock"}
