"""`shuren content`: search the text of documents, and make the index that it is searched by."""

import click

from shuren.cli.context import CliContext
from shuren.kernel.i18n import gettext as _


@click.command()
@click.argument("words", nargs=-1)
@click.option("--index", "wants_index", is_flag=True, help="Make the index anew and put it to use.")
@click.option("--limit", default=10, show_default=True, help="Passages to show.")
@click.option("--json", "as_json", is_flag=True, help="Report as JSON.")
@click.pass_obj
def content(
    context: CliContext, words: tuple[str, ...], wants_index: bool, limit: int, as_json: bool
) -> int:
    """Find passages of documents that have WORDS or are near to them in meaning."""
    if wants_index:
        return _index(context, as_json)
    if not words:
        raise click.UsageError(_("Say what to look for, or ask for --index."))
    site, actor = context.site, context.actor
    from dataclasses import asdict

    from shuren.data.content import search
    from shuren.data.queries import read

    found = search(site, " ".join(words), actor=actor, limit=limit)
    if as_json:
        context.emit_json(asdict(found))
        return 0
    show = context.console.print
    if not found.version:
        show(_("There is no index yet. Make one with `shuren content --index`."), markup=False)
        return 1
    ids = sorted({hit.document_id for hit in found.hits})
    rows = read(
        site, "conformed.document", purpose="public_information", actor=actor,
        columns=("document_id", "document_title"), where=[("document_id", "in", ids)],
    ).rows  # fmt: skip
    titles = dict(rows)
    for hit in found.hits:
        text = "".join(f"【{p.text}】" if p.found else p.text for p in hit.pieces)
        near = "" if hit.by_words else _("  (near in meaning)")
        title = titles.get(hit.document_id, hit.document_id[:12])
        where = _("%(title)s, page %(page)s", title=title, page=hit.page_no)
        show(f"{where}{near}", markup=False)
        show(f"    {text}", markup=False)
    if not found.hits:
        show(_("Nothing has these words."), markup=False)
    for sentence in found.against:
        show(f"! {sentence}", markup=False)
    return 0


def _index(context: CliContext, as_json: bool) -> int:
    site, actor = context.site, context.actor
    from dataclasses import asdict

    from shuren.data.content import make_index

    with context.messages.status(_("Making the index …")):
        made = make_index(site, actor=actor)
    if as_json:
        context.emit_json(asdict(made))
        return 0
    show = context.console.print
    show(_("%(count)s passages in the index %(version)s.", count=f"{made.segments:,}",
           version=made.version), markup=False)  # fmt: skip
    shares = "  ".join(f"{name} {value:.3f}" for name, value in made.evaluation.items())
    show(f"  {shares}", markup=False)
    for name, count in made.entities.items():
        show(f"{count:>12,}  {name}", markup=False)
    for note in made.notes:
        show(f"! {note}", markup=False)
    if made.load:
        show(
            _("Entities were loaded as %(load)s. Run `shuren build`.", load=made.load), markup=False
        )
    return 0 if made.promoted else 1
