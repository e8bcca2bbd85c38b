"""A build keeps to the memory a site gives it, and writes to disk what does not fit."""

from shuren.data.internals.embedded import open_engine
from shuren.kernel.site import Site

SETTINGS = "SELECT current_setting('memory_limit'), current_setting('threads')"


def test_what_does_not_fit_in_memory_is_written_below_the_site(site: Site) -> None:
    folder = site.temporary / "build-1" / "work"  # nobody has made it
    with open_engine(site, folder, []) as engine:
        engine.connection.execute("SET threads = 1")
        engine.connection.execute("SET memory_limit = '24MiB'")
        stored = engine.connection.execute(
            "CREATE TABLE sorted AS SELECT hash(range) AS number, CAST(range AS VARCHAR) AS words"
            " FROM range(3000000) ORDER BY number"
        )
        assert stored.fetchall() == [(3_000_000,)]
        assert any((folder / "spill").iterdir())


def test_a_site_says_how_much_memory_and_how_many_cores(site: Site) -> None:
    site.settings_file.write_text("build_memory_gb = 1\nbuild_threads = 1\n", "utf-8")
    with open_engine(site, site.temporary / "work", []) as engine:
        assert engine.connection.execute(SETTINGS).fetchall() == [("1.0 GiB", 1)]


def test_a_site_that_says_nothing_gives_four_gigabytes_at_most(site: Site) -> None:
    with open_engine(site, site.temporary / "work", []) as engine:
        limit, _threads = engine.connection.execute(SETTINGS).fetchall()[0]
    number, unit = limit.split()
    assert unit == "MiB" or (unit == "GiB" and float(number) <= 4)
