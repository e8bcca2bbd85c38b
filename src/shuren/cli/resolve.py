"""`shuren resolve`: which records are one work, which cards one person's, whose name that is,
which class is missing."""

from typing import Any

import click

from shuren.cli.context import CliContext
from shuren.kernel.i18n import gettext as _

ALL = ("works", "authorities", "classes", "readers")


@click.command()
@click.argument("what", required=False, default="")
@click.option("--build", "then_build", is_flag=True, help="Build afterwards.")
@click.option("--train", is_flag=True, help="Learn anew although the model in use is fresh.")
@click.option("--cards", is_flag=True, help="Show the cards of learned models and their state.")
@click.option("--promote", is_flag=True, help="Only put the newest model of WHAT to use.")
@click.option("--json", "as_json", is_flag=True, help="Report as JSON.")
@click.pass_obj
def resolve(
    context: CliContext,
    what: str,
    then_build: bool,
    train: bool,
    cards: bool,
    promote: bool,
    as_json: bool,
) -> int:
    """Find what is one thing: WHAT is works, authorities, classes, readers or all."""
    site, actor = context.site, context.actor
    from dataclasses import asdict

    from shuren.data import actions

    if cards:
        return _cards(context, what, as_json)
    if not what:
        raise click.UsageError(
            _("Say what to resolve: works, authorities, classes, readers or all.")
        )
    if promote:
        card = actions.promote_model(site, what, actor=actor)
        context.console.print(
            _("%(name)s %(version)s is in use.", name=card.name, version=card.version), markup=False
        )
        return 0
    from shuren.cli.index import renew

    results = []
    for one in ALL if what == "all" else (what,):
        with context.messages.status(_("Comparing records …")):
            results.append(actions.resolve(site, one, actor=actor, train=train))
        if not as_json:
            _say(context, results[-1])
    if then_build:
        with context.messages.status(_("Building tables")):
            actions.build(site, actor=actor)
            renew(site, actor)
    if as_json:
        context.emit_json([asdict(one) for one in results] if what == "all" else asdict(results[0]))
    return 0


def _say(context: CliContext, found: Any) -> None:
    for name, count in found.found.items():
        context.console.print(f"{count:>12,}  {_named(name)}", markup=False)
    for note in found.notes:
        context.console.print(note, markup=False)
    if found.model:
        context.console.print(_("Model in use: %(version)s", version=found.model), markup=False)
    if found.load:
        context.console.print(
            _(
                "%(count)s rows differ from before; loaded as %(load)s. Run `shuren build`.",
                count=f"{found.changed:,}",
                load=found.load,
            ),
            markup=False,
        )
    else:
        context.console.print(_("Nothing differs from the run before."), markup=False)


def _cards(context: CliContext, what: str, as_json: bool) -> int:
    site = context.site
    from dataclasses import asdict

    from shuren.data.learned import against_model, model_cards, model_drift
    from shuren.data.resolution import PROMOTED

    found = [card for card in model_cards(site) if what in ("", card.name)]
    against = {card.version: against_model(site, card) for card in found}
    if as_json:
        context.emit_json([asdict(card) | {"against": against[card.version]} for card in found])
        return 0
    show = context.console.print
    for card in found:
        state = _("in use") if card.state == PROMOTED else _("candidate")
        show(f"{card.name} {card.version}  {state}", markup=False)
        show(_("  from %(snapshot)s (data until %(date)s): %(records)s records, %(loads)s loads",
               snapshot=card.snapshot, date=card.data_date or "–", records=f"{card.records:,}",
               loads=sum(len(ids) for ids in card.loads.values())), markup=False)  # fmt: skip
        shares = "  ".join(f"{name} {value:.3f}" for name, value in card.evaluation.items())
        show(_("  judged: %(shares)s; speaks from %(threshold)s on", shares=shares,
               threshold=f"{card.threshold:.3f}"), markup=False)  # fmt: skip
        worst = model_drift(site, card)[:1]
        for one in worst:
            show(_("  greatest drift: %(column)s, index %(index)s",
                   column=one.column, index=f"{one.index:.2f}"), markup=False)  # fmt: skip
        for reason in against[card.version]:
            show(f"  ! {reason}", markup=False)
    if not found:
        show(_("No model has been learned yet."), markup=False)
    return 0


def _named(name: str) -> str:
    titles = {
        "records": _("records"),
        "works": _("works"),
        "isbn": _("joined by ISBN"),
        "keys": _("joined by title and author"),
        "model": _("joined by the model"),
        "person": _("joined by a librarian"),
        "cards": _("cards"),
        "persons": _("persons"),
        "other_id": _("joined by another number they name"),
        "number": _("joined by one number"),
        "email": _("joined by one e-mail address"),
        "phone": _("joined by one telephone"),
        "asked": _("pairs to be decided"),
        "alone": _("alone"),
        "without": _("records without a class"),
        "suggested": _("suggestions"),
        "names": _("names"),
        "heading": _("names in the authorised form"),
        "variant": _("names in a form not used"),
    }
    return titles.get(name, name)
