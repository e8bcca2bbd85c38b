"""What the demo's readers do in the library and have done for them, one module a kind of thing.

Whoever adds something to the demo calls it here, in one line. Each leaves alone what is there, so
that a set-up that was stopped goes on.
"""

from shuren.kernel.shapes import Actor
from shuren.kernel.site import Site


def come_alive(site: Site) -> None:
    from shuren.cli.demo_cases import commission, give_books
    from shuren.cli.demo_events import hold_events
    from shuren.cli.demo_members import join_alumni
    from shuren.cli.demo_places import furnish_places, other_readers
    from shuren.cli.demo_readers import speak
    from shuren.cli.demo_reviews import review_titles
    from shuren.cli.demo_shifts import roster_shifts
    from shuren.cli.demo_stations import open_stations

    readers = demo_readers(site)
    student = readers["student"]
    others = other_readers(site, student)
    hold_events(site, student, others)
    commission(site, readers)
    give_books(site, readers["alumni"])
    join_alumni(site, readers["alumni"])
    speak(site)
    review_titles(site, student, others)
    furnish_places(site)
    open_stations(site)
    roster_shifts(site)


def demo_readers(site: Site) -> dict[str, Actor]:
    """{name of the account: the demo's own reader who has it}"""
    from shuren.campus.accounts import demo_accounts
    from shuren.trust.actions import pseudonymise

    return {
        one.username: Actor(one.username, one.role, pseudonymise(site, [one.card])[0])
        for one in demo_accounts(site.root / "exports")
        if one.card
    }
