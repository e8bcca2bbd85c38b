import pytest
from shuren.service import ils
from shuren.data import queries as data
from tests.service.circulating import *
pytestmark = pytest.mark.django_db
def test_x(site, settings, monkeypatch):
    settings.SITE=site
    monkeypatch.setenv("SHUREN_NOW","2026-03-10T02:00")
    fill(site)
    rows=data.read(site,"mart.copy_state",purpose="public_information",actor=ANYBODY).dicts()
    for r in rows: print(r)
    ids={r["title_id"] for r in rows}
    print(ils.check_out(site,"B1",card=BEN,actor=LI))
    for k,v in ils.copies(site,list(ids),actor=ANYBODY).items():
        for c in v: print(c.item_id,c.status,c.due_at,c.queue,c.is_live,c.known_at)
    print(ils.reader_standing(site,actor=reader_of(site,ANN)))
    print(ils.renew(site,"B4",actor=reader_of(site,ANN)))
    tid=[r["title_id"] for r in rows if r["item_id"]=="B1"][0]
    print(ils.place_hold(site,tid,actor=reader_of(site,ANN),pickup=WEST))
    print(ils.check_in(site,"B1",actor=LI))
    print(ils.check_in(site,"B1",actor=LI,campus=WEST))
    print(ils.holds(site,actor=reader_of(site,ANN)))
    print(ils.check_out(site,"B1",card=ANN,actor=LI,campus=WEST))
    print(ils.holds(site,actor=reader_of(site,ANN)), ils.reader_standing(site,actor=LI,card=ANN))
