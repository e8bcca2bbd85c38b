"""A reader who cannot sign in asks at the desk: two persons, one engine, a certificate in hand."""

import json
import subprocess
import sys
from pathlib import Path

import pytest
from click.testing import CliRunner
from django.test import Client

from shuren.cli.context import CliContext
from shuren.cli.erase import erase as command
from shuren.data import erasing as lake
from shuren.kernel.errors import UsageError
from shuren.kernel.i18n import use_language
from shuren.kernel.shapes import Actor
from shuren.kernel.site import Site
from shuren.service import desk_erasure
from shuren.service.errors import NoSuchReader, NothingHeld
from shuren.service.internals import clocks, erasing
from shuren.trust import egress, ledger
from shuren.trust.actions import create_account, pseudonymise
from shuren.trust.errors import ApprovalNeeded, NotAllowed
from shuren.trust.internals.egress_rows import Approval
from shuren.trust.internals.ledger_rows import LedgerEntry
from shuren.trust.internals.surrogate_rows import Erasure
from shuren.trust.models import Account, Identity
from shuren.web.ledger_words import Words
from tests.conftest import ROOT
from tests.data.loading import OPERATOR
from tests.service.library import CARD, OTHER, PASSWORD, fill
from tests.service.test_erase import database_text

pytestmark = pytest.mark.django_db(transaction=True)
LI, WEI, JIN = Actor("li", "front_desk"), Actor("wei", "front_desk"), Actor("jin", "ethics_board")
ASKED = "本人持证到馆，账号无法登录"


@pytest.fixture
def reader(site: Site, settings) -> str:
    """The pseudonym; they have no account at all."""
    settings.SITE = site
    found = fill(site).reader_key
    Account.objects.all().delete()
    return found


def allowed(site: Site, card: str = CARD) -> str:
    """The code the second person passes on."""
    return egress.allow(desk_erasure.ask(site, card, ASKED, actor=LI), actor=JIN)


def test_two_persons_erase_and_the_certificate_is_verified_offline(
    reader: str, site: Site, tmp_path: Path
) -> None:
    done = desk_erasure.erase(site, CARD, allowed(site), actor=LI)
    assert done.content["statement"]["erased"]["lake:loans"] == 2
    assert not Identity.objects.filter(pk=reader).exists()
    assert pseudonymise(site, [CARD], keep=False) != [reader]
    assert pseudonymise(site, [OTHER], keep=False)[0]
    path = tmp_path / "certificate.json"
    path.write_bytes(desk_erasure.as_file(done, actor=LI))
    script = ROOT / "docs" / "how-to" / "verify_ledger.py"
    assert subprocess.run([sys.executable, str(script), str(path)]).returncode == 0
    assert desk_erasure.certificate(site, done.id, actor=WEI).content == done.content


def test_the_ledger_has_every_step_and_nobody_by_name(reader: str, site: Site) -> None:
    desk_erasure.erase(site, CARD, allowed(site), actor=LI)
    rows = [ledger.shown(row) for row in LedgerEntry.objects.order_by("pk")]
    steps = [(e.body["step"], e.actor) for e in rows if e.kind == "approval"]
    assert steps == [("asked", "li"), ("allowed", "jin"), ("used", "li")]
    use_language("en")
    words = Words(site)
    assert [words.sentence(e) for e in rows if e.kind == "approval"] == [
        "li (Front desk) asked for a second person to erase a reader at the desk.",
        "jin (Ethics board) allowed the erasure of a reader at the desk.",
        "li (Front desk) made use of an approval.",
    ]
    use_language(None)
    [erased] = [e for e in rows if e.kind == "erasure"]
    assert erased.subject
    text = database_text()
    assert CARD not in text
    [request] = Approval.objects.all()
    assert request.what == erased.subject, "the alias, which nothing ties to anybody any more"


def test_one_person_is_not_enough(reader: str, site: Site) -> None:
    id = desk_erasure.ask(site, CARD, ASKED, actor=LI)
    for code in ("", "abcd-efgh-jkmn"):
        with pytest.raises(ApprovalNeeded):
            desk_erasure.erase(site, CARD, code, actor=LI)
    with pytest.raises(NotAllowed):
        egress.allow(id, actor=LI)
    admin = Actor("li", "administrator")
    with pytest.raises(NotAllowed, match="asked for themselves"):
        egress.allow(id, actor=admin)
    code = egress.allow(id, actor=JIN)
    with pytest.raises(ApprovalNeeded):
        desk_erasure.erase(site, OTHER, code, actor=LI)
    with pytest.raises(ApprovalNeeded):
        desk_erasure.erase(site, CARD, code, actor=WEI)
    assert Erasure.objects.count() == 0
    desk_erasure.erase(site, CARD, code, actor=LI)
    with pytest.raises((ApprovalNeeded, NoSuchReader)):
        desk_erasure.erase(site, CARD, code, actor=LI)


@pytest.mark.parametrize("role", ["student", "director", "ethics_board", "data_librarian"])
def test_nobody_else_erases(reader: str, site: Site, role: str) -> None:
    for act in (
        lambda who: desk_erasure.ask(site, CARD, ASKED, actor=who),
        lambda who: desk_erasure.erase(site, CARD, "x", actor=who),
        lambda who: desk_erasure.certificate(site, "E1", actor=who),
    ):
        with pytest.raises(NotAllowed):
            act(Actor("x", role))


def test_an_unknown_card_is_not_repeated_and_a_reason_is_needed(reader: str, site: Site) -> None:
    with pytest.raises(NoSuchReader) as told:
        desk_erasure.ask(site, "99999999", ASKED, actor=LI)
    assert "99999999" not in str(told.value)
    with pytest.raises(UsageError):
        desk_erasure.ask(site, CARD, " ", actor=LI)
    with pytest.raises(NothingHeld):
        desk_erasure.certificate(site, "E-none", actor=LI)


def test_killed_after_the_code_was_used_it_goes_on_by_itself(
    reader: str, site: Site, monkeypatch: pytest.MonkeyPatch
) -> None:
    code = allowed(site)

    def killed(*args: object) -> None:
        raise KeyboardInterrupt

    with monkeypatch.context() as patch:
        patch.setattr(erasing, "begin", killed)
        with pytest.raises(KeyboardInterrupt):
            desk_erasure.erase(site, CARD, code, actor=LI)
    assert Approval.objects.get().used_at is None, "the code is good still"
    with monkeypatch.context() as patch:
        patch.setattr(lake, "forget_readers", killed)
        with pytest.raises(KeyboardInterrupt):
            desk_erasure.erase(site, CARD, code, actor=LI)
    line = Erasure.objects.get()
    assert line.state == "begun"
    clocks.work(site, OPERATOR)
    assert desk_erasure.certificate(site, line.id, actor=LI).state == "gone"


def test_the_command_asks_for_the_card_and_writes_the_certificate(
    reader: str, site: Site, tmp_path: Path
) -> None:
    context = CliContext(None)
    context.__dict__["site"] = site
    run = CliRunner()

    def shuren(*words: str) -> str:
        done = run.invoke(command, list(words), obj=context, input=f"{CARD}\n")
        assert done.exit_code == 0, (done.output, done.exception)
        assert CARD not in done.output
        return done.output

    said = shuren("--reason", ASKED)
    [request] = Approval.objects.all()
    assert request.id in said
    out = tmp_path / "certificate.json"
    shuren("--code", egress.allow(request.id, actor=JIN), "--out", str(out))
    content = json.loads(out.read_text("utf-8"))
    assert content["format"] == "shuren-erasure-1"
    assert json.loads(shuren("--certificate", content["id"])) == content
    assert run.invoke(command, [], obj=context).exit_code == 2


def test_the_desks_page_leads_from_the_card_to_the_certificate(reader: str, site: Site) -> None:
    create_account("li", PASSWORD, "front_desk")
    client = Client()
    client.cookies["shuren_language"] = "en"
    client.force_login(Account.objects.get(username="li"))
    where = "/workbench/desk/erasure/"
    page = client.post(where, {"step": "ask", "card": CARD, "reason": ASKED}).content.decode()
    [request] = Approval.objects.all()
    assert request.id in page
    assert "waits for a second person" in page
    assert CARD not in page
    wrong = client.post(where, {"step": "erase", "card": CARD, "code": "nothing"})
    assert wrong.status_code == 400
    code = egress.allow(request.id, actor=JIN)
    page = client.post(where, {"step": "erase", "card": CARD, "code": code}).content.decode()
    assert "Certificate of erasure" in page
    assert "The book is still out." in page
    line = Erasure.objects.get()
    assert reader not in page
    file = client.get(f"{where}{line.id}/certificate/")
    assert json.loads(file.content)["id"] == line.id
    assert client.get(f"{where}E-none/certificate/").status_code == 404
    assert 'href="/workbench/desk/erasure/"' in client.get("/workbench/desk/").content.decode()
