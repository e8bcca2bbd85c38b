"""A reader of whom every store holds something, and another reader beside."""

from shuren.kernel.shapes import Actor
from shuren.kernel.site import Site
from shuren.repository.models import Acceptance
from shuren.trust.actions import create_account, pseudonymise
from tests.data.loading import load

CARD, NAME, PHONE, EMAIL = "2019077001", "欧阳端木", "13912345678", "ouyang@example.edu"
OTHER = "2020002"
PASSWORD = "a long enough phrase"
HEAD = "loan_id,reader_id,item_id,title,loaned_at,due_at,returned_at\n"
LOANS = (
    f"L1,{CARD},B1,三体,2026-03-01 10:00:00,2026-04-01,2026-03-20 10:00:00\n"
    f"L2,{CARD},B2,活着,2026-03-02 10:00:00,2026-04-02,2026-03-21 10:00:00\n"
    f"L3,{CARD},B3,围城,2026-11-03 10:00:00,2026-12-30,\n"
    f"L4,{OTHER},B1,三体,2026-03-25 10:00:00,2026-04-25,2026-04-20 10:00:00\n"
    f"L5,{CARD},B4,边城,2026-13-45 10:00:00,,\n"
)


def fill(site: Site) -> Actor:
    """Load something of every contract about people; the reader `ann` of CARD."""
    load(
        site,
        "readers",
        "reader_id,name,phone,email,kind,college\n"
        f"{CARD},{NAME},{PHONE},{EMAIL},student,文学院\n"
        f"{OTHER},王小二,13800000000,w@example.edu,student,文学院\n"
        f",{NAME},{PHONE},,student,文学院\n",
        "readers.csv",
    )
    load(site, "loans", HEAD + LOANS, "loans.csv")
    me, other = pseudonymise(site, [CARD, OTHER])
    load(
        site,
        "gate_events",
        f"event_id,gate_id,direction,passed_at,reader_id\nG1,g,in,2026-11-02 08:00:00,{CARD}\n",
        "gates.csv",
    )
    load(
        site,
        "interlibrary_requests",
        "request_id,reader_id,direction,requested_at,outcome\n"
        f"R1,{CARD},borrow,2026-05-01 08:00:00,filled\n",
        "ill.csv",
    )
    load(
        site,
        "declared_interests",
        "reader_id,scheme,interest,declared_at,is_withdrawn\n"
        f"{CARD},clc,I,2026-05-01 08:00:00,false\n",
        "interests.csv",
    )
    load(
        site,
        "reader_links",
        "reader_id,person_id,method,resolved_at,is_withdrawn\n"
        f"{other},{me},declared,2026-05-01 08:00:00,false\n",
        "links.csv",
    )
    load(
        site,
        "reader_pairs",
        "reader_id,other_id,reason,suggested_at,is_withdrawn\n"
        f"{other},{me},name,2026-05-01 08:00:00,false\n",
        "pairs.csv",
    )
    load(
        site,
        "resolution_decisions",
        "kind,one_id,other_id,verdict,decided_by,decided_at,is_withdrawn\n"
        f"readers,{other},{me},accepted,wang,2026-05-01 08:00:00,false\n",
        "decisions.csv",
    )
    load(
        site,
        "reader_searches",
        "event_id,reader_id,words,hits,searched_at\n" + f"S1,{CARD},三体,3,2026-11-02 08:00:00\n",
        "searches.csv",
    )
    load(
        site,
        "own_loans",
        "loan_id,reader_id,item_id,loaned_at,due_at,returned_at,renewals,changed_at\n"
        f"own-1,{CARD},B7,2026-06-01,2026-07-01,2026-06-20,0,2026-06-20\n",
        "own-loans.csv",
    )
    load(
        site,
        "reader_cases",
        "case_id,reader_id,service,flow,state,ending,opened_at,closed_at,tries,returns,version\n"
        f"C1,{CARD},book_hold,hold,cancelled,withdrawn,2026-06-01 10:00,2026-06-02 10:00,1,0,2\n",
        "cases.csv",
    )
    create_account("ann", PASSWORD, "student", reader_key=me, display_name=NAME)
    Acceptance.objects.create(
        dataset="loans-by-class",
        version=1,
        file="loans.csv",
        licence="cc-by-4.0",
        accepted_on="2026-05-02",
        account="ann",
    )
    return Actor("ann", "student", me)
