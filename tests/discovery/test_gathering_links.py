"""What belongs to one record though it comes from different lists: badges, free copies."""

import pytest

from shuren.discovery import queries
from shuren.discovery.actions import index
from shuren.discovery.search_shapes import Query
from shuren.kernel.shapes import Actor
from shuren.kernel.site import Site
from tests.data.raw_helper import put_raw
from tests.discovery.test_renewing import Library

pytestmark = pytest.mark.django_db
VISITOR = Actor("", "anonymous")
DOI = "10.1234/alps.2026.7"


def place(title: str, **more: object) -> dict[str, object]:
    return {"publication_title": title, "package": "p", "provider": "CNKI", "access_type": "P",
            "publication_type": "serial", "title_url": "https://example.org/1"} | more  # fmt: skip


def built(site: Site, **loads: list[dict[str, object]]) -> Site:
    for number, (contract, rows) in enumerate(loads.items(), 1):
        put_raw(site, contract, rows, place=number)
    Library(site, 0).build()
    index(site, actor=VISITOR)
    return site


def found(site: Site, text: str, **chosen: list[str]) -> list[str]:
    answer = queries.search(site, Query(text, chosen), actor=VISITOR)
    return sorted(hit.item.title for hit in answer.hits)


def test_a_journal_has_the_badges_of_all_its_numbers_and_a_filter_keeps_only_those(
    site: Site,
) -> None:
    built(
        site,
        eholdings=[place("山城学报", online_identifier="2049-3630"),
                   place("山城评论", online_identifier="1234-5679"),
                   place("山城通讯"), place("山城图录", publication_type="monograph")],
        journal_indexes=[
            {"index_name": "EI", "title": "x", "issn": "0028-0836", "online_issn": "2049-3630"},
            {"index_name": "SCIE", "title": "x", "issn": "2049-3630"},
            {"index_name": "EI", "title": "x", "issn": "1234-5679", "until_year": 1999},
            {"index_name": "CSSCI", "title": "山城通讯"},
            {"index_name": "CSSCI", "title": "山城图录"},
        ],
    )  # fmt: skip
    [hit] = queries.search(site, Query("山城学报"), actor=VISITOR).hits
    assert hit.item.indexes == ("EI", "SCIE")
    assert found(site, "山城", indexed=["EI"]) == ["山城学报"]
    assert found(site, "山城", indexed=["CSSCI"]) == ["山城通讯"]
    answer = queries.search(site, Query("山城"), actor=VISITOR)
    [facet] = [one for one in answer.facets if one.id == "indexed"]
    assert {one.value: one.count for one in facet.values} == {"EI": 1, "SCIE": 1, "CSSCI": 1}


@pytest.mark.parametrize(
    "identifier, relation, joins",
    [
        (f"https://doi.org/{DOI}", "", True),
        (f"DOI: {DOI.upper()}", "", True),
        ("https://repo.example/1", f"info:eu-repo/semantics/altIdentifier/doi/{DOI}", True),
        ("https://repo.example/1", f"https://doi.org/{DOI}", False),  # about it, not it
        (f"https://doi.org/{DOI}8", "", False),
    ],
)
def test_a_paywalled_hit_shows_its_open_copy(
    site: Site, identifier: str, relation: str, joins: bool
) -> None:
    built(
        site,
        eholdings=[place("Snow in the Alps", title_url=f"https://doi.org/{DOI}")],
        oai_records=[
            {"repository": "山城机构库", "identifier": "oai:1", "dc_title": "Snow in the Alps",
             "dc_identifier": f"https://repo.example/1.pdf‖{identifier}", "dc_relation": relation,
             "is_deleted": False}
        ],
    )  # fmt: skip
    answer = queries.search(site, Query("Snow Alps"), actor=VISITOR)
    assert len(answer.hits) == (1 if joins else 2)
    if joins:
        item = answer.hits[0].item
        assert [one.free for one in item.online] == [False, True]
        assert item.online[1].url == "https://repo.example/1.pdf"
        assert item.dois == (DOI,)
        assert found(site, DOI) == ["Snow in the Alps"]


def test_two_repositories_with_one_article_are_one_hit(site: Site) -> None:
    one = {"dc_title": "Snow", "dc_identifier": f"doi:{DOI}", "identifier": "oai:1",
           "is_deleted": False}  # fmt: skip
    built(site, oai_records=[one | {"repository": "a"}, one | {"repository": "b"}])
    [hit] = queries.search(site, Query("Snow"), actor=VISITOR).hits
    assert hit.item.sources == ("a", "b")
