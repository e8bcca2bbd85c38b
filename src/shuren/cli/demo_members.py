"""Alumni of the demo: the roster is loaded, the demo's alumnus is a member with an article used."""

from shuren.kernel.shapes import Actor
from shuren.kernel.site import Site

KEY, SEED = "demo-membership", 2029
ARTICLE = {"kind": "article", "id": "demo:alumni-article", "title": "高校图书馆校友服务研究"}


def join_alumni(site: Site, reader: Actor) -> None:
    """Each only if it is not there, so that a set-up that was stopped goes on."""
    from shuren.campus import alumni
    from shuren.service import members
    from shuren.service.cases import open_case

    desk = Actor("desk", "front_desk")
    run_campaign(site, desk)
    if not members.roster_known(actor=desk).people:
        path = alumni.write_roster(site.root / "exports" / "alumni.csv", seed=SEED)
        members.load_roster(site, path, actor=desk)
    if members.mine(site, reader).case:
        return
    members.apply(
        site, number=alumni.NUMBER, name=alumni.NAME,
        fields={"cohort": alumni.COHORT, "college": "文学院", "degree": "bachelor",
                "consent": True},
        actor=reader, key=KEY,
    )  # fmt: skip
    open_case(site, "document_delivery", actor=reader, subject=ARTICLE,
              fields={"personal_study": True}, key=f"{KEY}-article")  # fmt: skip


def run_campaign(site: Site, desk: Actor) -> None:
    """The push of the alumni association, with a fortnight of its numbers."""
    from django.db import transaction

    from shuren.campus import alumni
    from shuren.service import campaigns

    if campaigns.title_of(alumni.CAMPAIGN):
        return
    with transaction.atomic():
        campaigns.create(code=alumni.CAMPAIGN, title=alumni.CAMPAIGN_TITLE, actor=desk)
        for ago, (clicks, applications, verified) in enumerate(alumni.campaign_days(seed=SEED)):
            campaigns.count(site, alumni.CAMPAIGN, clicks=clicks, applications=applications,
                            verified=verified, days_ago=ago)  # fmt: skip
