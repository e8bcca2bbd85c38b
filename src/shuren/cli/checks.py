"""What `shuren doctor` looks at. Each check yields findings and never raises."""

import shutil
import stat
from collections.abc import Callable, Iterator, Sized
from dataclasses import dataclass

from shuren.cli.context import CliContext
from shuren.cli.trouble import explain
from shuren.kernel.errors import ShurenError
from shuren.kernel.i18n import gettext as _
from shuren.kernel.i18n import listed
from shuren.kernel.site import Site, open_site

LEAST_FREE_BYTES = 1_000_000_000
NEWEST_ENTRIES = 10_000


@dataclass(frozen=True)
class Finding:
    """state: ok, advice (works, could be better), wrong (needs a person)."""

    state: str
    message: str
    fix: str = ""


Check = Callable[[CliContext, Site], Iterator[Finding]]


def run_checks(context: CliContext) -> Iterator[Finding]:
    """All findings in the order a newcomer would ask; a check that fails is a finding itself."""
    site = open_site(context.site_folder)  # its absence is the one error that stops doctor
    yield Finding("ok", _("The site is %(folder)s.", folder=site.root))
    checks: tuple[Check, ...] = (
        disk,
        settings_and_database,
        secrets,
        ledger,
        definitions,
        services,
        purposes,
        forms,
        loads,
        snapshot,
        mails,
        browser_parts,
    )
    said: set[Finding] = set()
    for check in checks:
        for finding in _safely(check, context, site):
            if finding not in said:  # what stops several checks is one thing to mend
                said.add(finding)
                yield finding


def _safely(check: Check, context: CliContext, site: Site) -> Iterator[Finding]:
    try:
        yield from check(context, site)
    except ShurenError as error:
        yield Finding("wrong", error.message, error.fix)
    except Exception as error:  # doctor's task is to report, whatever it meets
        known = explain(error)
        if known is None:
            known = f"{check.__name__}: {type(error).__name__}: {error}", ""
        yield Finding("wrong", *known)


def disk(context: CliContext, site: Site) -> Iterator[Finding]:
    free = shutil.disk_usage(site.root).free
    size = f"{free / 1e9:.1f}"
    if free < LEAST_FREE_BYTES:
        yield Finding(
            "advice",
            _("Only %(size)s GB of disk are free.", size=size),
            _("A load needs about twice the size of its file while it runs."),
        )
    else:
        yield Finding("ok", _("%(size)s GB of disk are free.", size=size))


def settings_and_database(context: CliContext, site: Site) -> Iterator[Finding]:
    context.use(site)  # reads the settings, connects, and brings tables up to date
    from django.db import connection

    yield Finding("ok", _("Settings are good; the database is %(kind)s.", kind=connection.vendor))
    from shuren.trust.queries import accounts

    if not accounts():
        yield Finding(
            "advice",
            _("There is no account yet, so nobody can sign in."),
            "shuren account add NAME --role administrator",
        )
    from django.conf import settings

    named = settings.SITE_SETTINGS
    if named.public_url and not named.admin_email:
        yield Finding(
            "advice",
            _("Harvesters of /oai are told to write to postmaster at the host of public_url."),
            _('Name who answers in shuren.toml: admin_email = "library@example.edu"'),
        )


def secrets(context: CliContext, site: Site) -> Iterator[Finding]:
    open_to_others = [
        path.name
        for path in [site.secrets, *site.secrets.glob("*")]
        if path.exists() and stat.S_IMODE(path.stat().st_mode) & 0o077
    ]
    if open_to_others:
        yield Finding(
            "wrong",
            _("Other users may read secrets: %(names)s.", names=listed(open_to_others)),
            f"chmod -R go-rwx {site.secrets}",
        )
    elif site.secrets.exists():
        yield Finding("ok", _("Secrets are for this user only."))


def ledger(context: CliContext, site: Site) -> Iterator[Finding]:
    """The newest part and all signed heads; `shuren ledger verify` looks at every entry."""
    from shuren.cli.ledger import fault_line
    from shuren.trust.ledger import verify

    found = verify(NEWEST_ENTRIES)
    for fault in found.faults[:5]:
        yield Finding("wrong", _("Ledger: %(fault)s", fault=fault_line(fault)),
                      "shuren ledger verify")  # fmt: skip
    if found.ok:
        yield Finding(
            "ok",
            _(
                "The ledger holds: %(checked)s of %(size)s entries verified.",
                checked=f"{found.checked:,}",
                size=f"{found.size:,}",
            ),
        )


def definitions(context: CliContext, site: Site) -> Iterator[Finding]:
    """Each kind by itself, so that a mistake in one does not hide those in the others."""
    from shuren.data import definitions as data
    from shuren.insight import definitions as insight
    from shuren.service import definitions as service
    from shuren.service.message_definitions import templates
    from shuren.trust import queries as trust

    kinds: dict[str, Callable[[], Sized]] = {
        _("contracts"): lambda: [data.contract(site, id) for id in data.contracts(site)],
        _("mappings"): lambda: data.mappings(site),
        _("models"): lambda: data.models(site),
        _("figures"): lambda: insight.figures(site),
        _("indicators"): lambda: insight.indicators(site),
        _("services"): lambda: service.services(site),
        _("roles"): trust.roles,
        _("purposes"): trust.purposes,
        _("messages"): lambda: templates(site),
    }
    counts = []
    for name, read in kinds.items():
        try:
            counts.append(f"{len(read())} {name}")
        except ShurenError as error:
            yield Finding("wrong", error.message, error.fix)
    if len(counts) == len(kinds):
        yield Finding("ok", _("Definitions can be read: %(listed)s.", listed=listed(counts)))


def mails(context: CliContext, site: Site) -> Iterator[Finding]:
    """Whether there is a mail server, and whether something waits for a person."""
    from shuren.service.outbox import outbox

    found = outbox(site, actor=context.actor)
    dead = found.counts["dead"]
    if dead:
        yield Finding(
            "advice",
            _("%(count)s messages came to nothing.", count=f"{dead:,}"),
            _("Run `shuren messages list --state dead`; it says what to do."),
        )
    if found.is_set:
        yield Finding("ok", _("A mail server is set."))
    else:
        yield Finding(
            "advice",
            _("No mail server is set: mails stay in the outbox."),
            _("Write [mail] into shuren.toml, see docs/how-to/messages.md."),
        )


def services(context: CliContext, site: Site) -> Iterator[Finding]:
    """Scenes without a service, and flows that ask for too many approvals."""
    from shuren.service.survey import MOST_APPROVALS, survey

    found = survey(site)
    for scene in found.uncovered:
        yield Finding(
            "advice",
            _("No service advances the scene '%(scene)s'.", scene=scene),
            _("Name it under `scenes` in the file of a service that does."),
        )
    for id in found.deep:
        yield Finding(
            "advice",
            _("The flow '%(flow)s' takes %(count)s approvals; more than %(most)s slow decisions.",
              flow=id, count=found.approvals[id], most=MOST_APPROVALS),
            _("Take a step out of definitions/flows/%(flow)s.yaml.", flow=id),
        )  # fmt: skip


def purposes(context: CliContext, site: Site) -> Iterator[Finding]:
    """Approvals that end, and reviews that are due, within thirty days; roles in the old form."""
    from shuren.trust.approvals import waiting
    from shuren.trust.definitions import rows_of
    from shuren.trust.queries import purposes_ending, roles

    for name, more in waiting().items():
        yield Finding(
            "advice",
            _("definitions/%(name)s.yaml waits for approval: %(more)s.",
              name=name, more=", ".join(more) or _("it is new")),
            _("A role with purposes.approve does that under /workbench/roles/."),
        )  # fmt: skip
    for role in roles().values():
        if role.is_old:
            yield Finding(
                "advice",
                _("%(file)s is in the form from before the matrix.", file=role.file),
                _("Write in place of its lists: grants: %(rows)s", rows=" ".join(rows_of(role))),
            )

    for one in purposes_ending():
        said = {"purpose": one.id, "day": one.day, "file": one.file}
        if one.is_over:
            yield Finding(
                "wrong",
                _("The purpose %(purpose)s was approved until %(day)s and is refused.", **said),
                _("Have it approved again; then write the new day as approved_until."),
            )
        elif one.ends:
            yield Finding(
                "advice",
                _("The purpose %(purpose)s is approved until %(day)s only: %(file)s.", **said),
                _("Have it approved again; then write the new day as approved_until."),
            )
        else:
            yield Finding(
                "advice",
                _("The purpose %(purpose)s is to be reviewed by %(day)s: %(file)s.", **said),
                _("After the board has looked at it, write the next day as review_by."),
            )


def forms(context: CliContext, site: Site) -> Iterator[Finding]:
    """Nobody is made to fill in what no service needs."""
    from shuren.web.form_linter import form_problems

    problems = form_problems(site)
    for problem in problems:
        yield Finding("wrong", problem.message, problem.fix)
    if not problems:
        yield Finding("ok", _("Every field a reader must fill in says what it is needed for."))


def loads(context: CliContext, site: Site) -> Iterator[Finding]:
    from shuren.data.queries import check_loads, quarantine_counts, receipts

    problems = check_loads(site)
    for problem in problems:
        yield Finding("wrong", problem.message, problem.fix)
    done = receipts(site)
    if not done:
        yield Finding("advice", _("Nothing has been loaded yet."), "shuren load CONTRACT FILE…")
        return
    if not problems:
        yield Finding("ok", _("%(count)s loads, all files in place.", count=len(done)))
    waiting = sum(entry.open_rows for entry in quarantine_counts(site))
    if waiting:
        yield Finding(
            "advice",
            _("%(rows)s refused rows wait in quarantine.", rows=f"{waiting:,}"),
            "shuren quarantine list",
        )


def snapshot(context: CliContext, site: Site) -> Iterator[Finding]:
    from shuren.data.queries import current_snapshot, receipts

    newest = next(iter(receipts(site)), None)
    live = current_snapshot(site)
    if live is None:
        if newest:
            yield Finding("advice", _("Nothing has been built yet."), "shuren build")
        return
    if newest and newest.finished_at > live.built_at:
        yield Finding("advice", _("There are loads newer than the snapshot."), "shuren build")
    else:
        yield Finding("ok", _("The snapshot %(id)s is up to date.", id=live.id))


def browser_parts(context: CliContext, site: Site) -> Iterator[Finding]:
    from django.contrib.staticfiles import finders

    missing = [
        name for name in ("vendor/echarts.min.js", "vendor/htmx.min.js") if not finders.find(name)
    ]
    if missing:
        yield Finding("wrong", _("Browser parts are missing: %(names)s.", names=listed(missing)))
    else:
        yield Finding("ok", _("Browser parts are in place."))
