"""What the demo's readers have said and done, so that their panels are not empty. Through the
ordinary actions, once: whoever has said anything before is left alone."""

from shuren.kernel.shapes import Actor
from shuren.kernel.site import Site

# {account: what it agrees to}; the others agree to nothing, which serves them as well.
AGREED = {
    "student": ("reading_history", "behaviour_tracking", "declared_interests"),
    "faculty": ("reading_history",),
}
SUBJECTS = ("I2", "TP", "TU")
SEARCHES = (("红楼梦", 4), ("深度学习", 2), ("山城 建筑", 0), ("论文 写作", 3))
# (service, subject, form, what the desk does, what it writes)
ASKED = (
    (
        "document_delivery",
        {"kind": "article", "id": "10.13266/j.issn.0252-3116.2023.01.001",
         "title": "智慧图书馆建设的路径"},
        {"personal_study": True, "pages": "3–12"},
        ("accept", "supply"),
        "全文已放在服务单里。",
    ),
    (
        "purchase_suggestion",
        {"kind": "none", "id": "", "title": ""},
        {"book_title": "数字人文导论"},
        ("review_ok",),
        "与教参书目相符，已列入本月订单。",
    ),
)  # fmt: skip
DESK = Actor("desk", "front_desk", doing="desk.serve")


def speak(site: Site) -> None:
    """Consents, interests, searches, and one look of the front desk at the student's loans."""
    from shuren.campus.accounts import demo_accounts
    from shuren.trust import consent
    from shuren.trust.actions import pseudonymise

    for account in demo_accounts(site.root / "exports"):
        if account.username not in AGREED or not account.card:
            continue
        key = pseudonymise(site, [account.card])[0]
        reader = Actor(account.username, account.role, key)
        if any(one.changed_at for one in consent.states(reader)):
            continue
        if account.username == "student":
            _served_at_the_desk(site, reader)
        for purpose in AGREED[account.username]:
            state = next(one for one in consent.states(reader) if one.purpose.id == purpose)
            consent.give(purpose, actor=reader, version=state.version)
        if account.username == "student":
            _says_and_searches(site, reader)
            _asks_for_things(site, reader)


def _served_at_the_desk(site: Site, reader: Actor) -> None:
    from shuren.data.queries import read

    read(
        site,
        "mart.loan_fact",
        columns=["title_id", "due_at", "is_out"],
        where=[("reader_key", "=", reader.reader_key), ("is_out", "=", True)],
        purpose="service_operation",
        actor=DESK,
    )


def _says_and_searches(site: Site, reader: Actor) -> None:
    from shuren.data.actions import record_event
    from shuren.service.actions import choose_interests

    choose_interests(site, SUBJECTS, actor=reader)
    for words, hits in SEARCHES:
        said = {"words": words, "hits": hits, "place": "portal", "reader_id": reader.reader_key}
        record_event(site, "reader_searches", said)


def _asks_for_things(site: Site, reader: Actor) -> None:
    """Cases the desk moved on: what came of them is in the student's inbox, the mails in the
    outbox. Each is opened once by its key; what a flow does not offer now is left."""
    from shuren.service.cases import act, case, open_case

    for service, subject, fields, events, note in ASKED:
        found = open_case(
            site, service, actor=reader, subject=subject, fields=fields, key=f"demo-{service}"
        )
        for event in events:
            if event in {move.event for move in case(site, found.id, DESK).moves}:
                act(site, found.id, event, actor=DESK, note=note, key=f"demo-{event}")
