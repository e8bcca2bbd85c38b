"""Letters come from a real IMAP server, each exactly once, also after a kill and a renumbering."""

import os
import signal
import subprocess
import sys

import pytest

from shuren.kernel.site import Site
from shuren.management import mailboxes, opinions, voice
from shuren.management.internals.voice_rows import Opinion, OpinionSource, TakenLetter
from shuren.service import cases
from shuren.service.actions import work
from tests.conftest import ROOT
from tests.management.imap_server import PASSWORD, USER, ImapServer, serving
from tests.management.voice_people import LIBRARIAN, OPERATOR

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture(scope="module")
def server():
    with serving() as found:
        yield found


@pytest.fixture
def mailbox(server: ImapServer, site: Site, settings, monkeypatch) -> ImapServer:
    """The curator's mailbox, empty."""
    settings.SITE = site
    with server.client() as client:
        client.select("INBOX")
        client.store("1:*", "+FLAGS.SILENT", r"(\Deleted)")
        client.expunge()
    (site.root / "shuren.toml").write_text(
        f'[voice.curator]\nhost = "127.0.0.1"\nport = {server.port}\nsecurity = "none"\n'
        f'user = "{USER}"\n',
        "utf-8",
    )
    monkeypatch.setenv("SHUREN_SECRET_VOICE", PASSWORD)
    return server


def letter(number: int, words: str, sender: str = "ming@example.cn", *more: str) -> bytes:
    lines = [f"From: 张小明 <{sender}>", f"Message-ID: <{number}@example.cn>", f"Subject: {words}",
             *more, 'Content-Type: text/plain; charset="gbk"', "", words]  # fmt: skip
    return "\r\n".join(lines).encode("gb18030")


def test_a_letter_becomes_an_opinion_and_its_writer_is_in_the_vault_alone(mailbox, site: Site):
    mailbox.put(
        letter(1, "三楼的灯太暗，张小明"), letter(2, "我不在", "x@y.cn", "Auto-Submitted: yes")
    )
    looked = mailboxes.look(site, "curator")
    assert (looked.taken, looked.known, looked.automatic, looked.failed) == (1, 0, 1, 0)
    [line] = voice.opinions(site, actor=LIBRARIAN).lines
    assert (line.channel, line.title) == ("curator", "三楼的灯太暗，…")
    source = OpinionSource.objects.get()
    assert "ming" not in f"{vars(source)}{vars(source.opinion)}"
    assert cases.who(site, line.id, LIBRARIAN) == {"email": "ming@example.cn", "name": "张小明"}
    assert opinions.original(site, source.pk, actor=LIBRARIAN)["text"] == "三楼的灯太暗，张小明"
    flags = mailbox.flags()
    assert b"Seen" in flags[0]
    assert b"Seen" not in flags[1]


def test_a_second_look_takes_nothing_and_a_copy_elsewhere_is_known(mailbox, site: Site):
    first = letter(1, "三楼的灯太暗")
    mailbox.put(first)
    assert mailboxes.look(site, "curator").taken == 1
    assert mailboxes.look(site, "curator") == mailboxes.Looked("curator")
    mailbox.put(b"Received: by another way\r\n" + first)
    assert mailboxes.look(site, "curator").known == 1
    TakenLetter.objects.all().delete()  # as after a renumbering of the mailbox
    assert mailboxes.look(site, "curator").known == 2
    assert Opinion.objects.count() == OpinionSource.objects.count() == 1


def test_work_looks_into_the_mailbox_by_itself(mailbox, site: Site):
    mailbox.put(letter(1, "三楼的灯太暗"))
    assert "mailboxes" in work(site, actor=OPERATOR)
    assert Opinion.objects.count() == 1


def test_one_letter_that_cannot_be_read_holds_up_no_other_and_comes_again(
    mailbox, site: Site, monkeypatch
):
    mailbox.put(letter(1, "第一封"), letter(2, "第二封"))
    real = mailboxes.letters.read

    def refusing(raw, **more):
        found = real(raw, **more)
        if found.title == "第一封":
            raise ValueError("not now")
        return found

    monkeypatch.setattr(mailboxes.letters, "read", refusing)
    looked = mailboxes.look(site, "curator")
    assert (looked.taken, looked.failed) == (1, 1)
    monkeypatch.setattr(mailboxes.letters, "read", real)
    assert mailboxes.look(site, "curator").taken == 1
    assert Opinion.objects.count() == 2


def test_a_mailbox_that_is_away_or_locked_is_told_and_holds_up_nothing(
    mailbox, site: Site, monkeypatch
):
    monkeypatch.setenv("SHUREN_SECRET_VOICE", "wrong")
    with pytest.raises(mailboxes.MailboxAway, match="cannot be read") as told:
        mailboxes.look(site, "curator")
    assert "wrong" not in str(told.value)
    assert mailboxes.look_all(site) == []
    with pytest.raises(mailboxes.MailboxAway, match="not set up"):
        mailboxes.look(site, "president")


KILLED = """
import os
os.environ["DJANGO_SETTINGS_MODULE"] = "shuren.settings"
import django
django.setup()
from django.conf import settings
from django.core.management import call_command
call_command("migrate", verbosity=0)
from shuren.management import mailboxes
from shuren.management.internals.voice_rows import Opinion, OpinionSource, TakenLetter
stop = int(os.environ["STOP"])
made = 0
real = TakenLetter.objects.create

def create(**values):
    global made
    made += 1
    if made == stop and os.environ["WHERE"] == "before":
        os.kill(os.getpid(), 9)
    row = real(**values)
    return row

TakenLetter.objects.create = create
if os.environ["WHERE"] == "after":
    import imaplib
    class Killing(imaplib.IMAP4):
        def uid(self, command, *args):
            if command == "STORE" and made == stop:
                os.kill(os.getpid(), 9)
            return super().uid(command, *args)
    imaplib.IMAP4 = mailboxes.imaplib.IMAP4 = Killing
mailboxes.look(settings.SITE, "curator")
print(Opinion.objects.count(), OpinionSource.objects.count(), TakenLetter.objects.count())
"""


def test_killed_in_between_each_letter_is_taken_once(mailbox, site: Site):
    mailbox.put(*(letter(number, f"第{number}封：灯太暗") for number in range(1, 5)))
    (site.data / "tmp").mkdir(parents=True, exist_ok=True)
    kept = {name: value for name, value in os.environ.items() if not name.startswith("SHUREN_")}
    run = kept | {"SHUREN_SITE": str(site.root), "SHUREN_SECRET_VOICE": PASSWORD,
                  "PYTHONPATH": str(ROOT / "src")}  # fmt: skip
    for stop, where in ((2, "before"), (1, "after")):
        dead = subprocess.run(
            [sys.executable, "-c", KILLED], env=run | {"STOP": str(stop), "WHERE": where},
            capture_output=True, text=True, check=False,
        )  # fmt: skip
        assert dead.returncode == -signal.SIGKILL, dead.stderr
    last = subprocess.run(
        [sys.executable, "-c", KILLED], env=run | {"STOP": "0", "WHERE": "before"},
        capture_output=True, text=True, check=False,
    )  # fmt: skip
    assert last.returncode == 0, last.stderr
    assert last.stdout.split() == ["4", "4", "4"]
