"""The demo's lending rules are ours, but that nobody is blocked as its days pass."""

from dataclasses import replace

from shuren.campus.lending_rules import OVERDUE_DAYS, write_lending_rules
from shuren.kernel.site import Site
from shuren.service.lending import lending


def test_only_the_days_of_grace_differ(site: Site) -> None:
    ours = lending(site)
    write_lending_rules(site.definitions / "circulation")
    demo = lending(site)
    assert demo == replace(ours, overdue_days=OVERDUE_DAYS, calendar=demo.calendar)


def test_what_a_library_wrote_itself_stays(site: Site) -> None:
    folder = site.definitions / "circulation"
    folder.mkdir(parents=True)
    (folder / "lending.yaml").write_text("mine", "utf-8")
    write_lending_rules(folder)
    assert (folder / "lending.yaml").read_text("utf-8") == "mine"
