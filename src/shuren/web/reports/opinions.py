"""The words of the three-year report of opinions, in the current language; and its files."""

from collections.abc import Iterator, Sequence

from shuren.kernel.i18n import current_language, listed, pick
from shuren.kernel.i18n import gettext as _
from shuren.kernel.settings import read_settings
from shuren.kernel.shapes import Actor
from shuren.kernel.site import Site
from shuren.management.definitions import topic
from shuren.management.opinion_report import K, ThreeYears, TopicTrend, three_years
from shuren.management.voice_shapes import CHANNELS, REASONS, RESOLUTIONS
from shuren.trust import egress
from shuren.web.reports.files import ReportFile, in_language, render
from shuren.web.reports.paper import Block, Cell, Grid, Paper, Part, Picture

FORMATS = ("html", "pdf")


def file_name(last: str, language: str, format: str) -> str:
    return f"opinions-{last}-{language}.{format}"


def files(
    site: Site, last: str, languages: Sequence[str], formats: Sequence[str], *, actor: Actor
) -> Iterator[ReportFile]:
    """Every file asked for; raises what three_years raises."""
    made = three_years(site, last, actor=actor)
    for language in languages:
        with in_language(language):
            words = paper(site, made)
            egress.check("report", actor=actor, content=render(words, "html"))
        for format in formats:
            yield ReportFile(file_name(made.last, language, format), render(words, format))


def paper(site: Site, made: ThreeYears) -> Paper:
    settings = read_settings(site)
    language = current_language()[:2]
    library = settings.name_zh if language == "zh" else settings.name_en
    span = _("%(first)s to %(last)s", first=made.first, last=made.last)
    parts = (_short(site, made), _themes(site, made), _years(made), _ends(made), _fixes(site, made),
             _notes())  # fmt: skip
    return Paper(
        language=language,
        title=_("Report of readers' opinions, %(span)s", span=span),
        library=library,
        month=span,
        facts=((_("Library"), library), (_("Period"), span)),
        parts=tuple(one for one in parts if one.lead or one.grid or one.blocks or one.remarks),
        contents=_("Contents"),
        page=_("Page %(number)s of %(count)s"),
    )


def _short(site: Site, made: ThreeYears) -> Part:
    first = made.topics[0]
    lead = [
        _("%(count)s opinions came in three years; most were about “%(topic)s” (%(share)s).",
          count=f"{made.count:,}", topic=_title(site, first),
          share=f"{first.count / made.count:.0%}"),
    ]  # fmt: skip
    for trend, words in (
        ("rising", _("More and more are about: %(topics)s.", topics=_those(site, made, "rising"))),
        ("falling", _("Fewer and fewer are about: %(topics)s.",
                      topics=_those(site, made, "falling"))),
    ):  # fmt: skip
        if any(one.trend == trend for one in made.topics):
            lead.append(words)
    alt = _("Opinions a month, %(first)s to %(last)s", first=made.first, last=made.last)
    heads = ((_("Month"), False), (_("Opinions"), True))
    rows = tuple(
        (Cell(month), _count(count))
        for month, count in zip(made.months, made.by_month, strict=True)
    )
    # The curve leaves out what the table does not say either.
    values = tuple(float(one) if one >= K or not one else None for one in made.by_month)
    picture = Picture("line", made.months, values, _("opinions"), alt)
    block = Block("by_month", alt, _("Opinions a month"), Grid(heads, rows), picture)
    channels = Grid(
        ((_("Channel"), False), (_("Sources"), True)),
        tuple((Cell(pick(CHANNELS[id])), _count(count)) for id, count in made.channels),
    )
    return Part("short", _("In short"), tuple(lead), channels, (block,))


def _themes(site: Site, made: ThreeYears) -> Part:
    words = {"rising": _("rising"), "falling": _("falling"), "steady": _("no clear trend")}
    heads = (
        (_("Topic"), False), (_("Opinions"), True), (_("First year"), True),
        (_("Second year"), True), (_("Third year"), True), (_("Trend"), False),
        (_("Mean rating"), True), (_("Fixed or partly"), True),
    )  # fmt: skip
    rows = tuple(
        (
            Cell(_title(site, one)), _count(one.count), *(_count(year) for year in one.years),
            Cell(words[one.trend]), _number(one.rating, 1), _count(one.fixed),
        )
        for one in made.topics
    )  # fmt: skip
    shown = [one for one in made.topics if one.count >= K]
    picture = Picture(
        "bar", tuple(_title(site, one) for one in shown),
        tuple(float(one.count) for one in shown), _("opinions"), _("Opinions by topic"),
    )  # fmt: skip
    block = Block("topics", _("What readers wrote about"), _("Opinions by topic"),
                  Grid(heads, rows), picture)  # fmt: skip
    return Part("themes", _("Themes and trends"), (), None, (block,))


def _years(made: ThreeYears) -> Part:
    heads = (
        (_("Year"), False), (_("Opinions"), True), (_("Answered"), True),
        (_("Working days to the answer (median)"), True), (_("Deadlines kept"), True),
        (_("Sent back by their writers"), True), (_("Mean rating"), True),
    )  # fmt: skip
    rows = tuple(
        (
            Cell(one.title), _count(one.count), _count(one.answered), _number(one.days, 1),
            _share(one.in_time, one.answered), _count(one.reopened), _number(one.rating, 1),
        )
        for one in made.years
    )  # fmt: skip
    return Part("years", _("How it was answered"), (), Grid(heads, rows))


def _ends(made: ThreeYears) -> Part:
    heads = ((_("How it ended"), False), (_("Opinions"), True))
    ended = Grid(
        heads, tuple((Cell(pick(RESOLUTIONS[id])), _count(count)) for id, count in made.resolutions)
    )
    blocks: tuple[Block, ...] = ()
    if made.reasons:
        why = Grid(
            ((_("Why"), False), (_("Opinions"), True)),
            tuple((Cell(pick(REASONS[id])), _count(count)) for id, count in made.reasons),
        )
        title = _("Why some were not, or only partly, resolved")
        blocks = (Block("reasons", title, title, why),)
    return Part("ends", _("What came of them"), (), ended, blocks)


def _fixes(site: Site, made: ThreeYears) -> Part:
    if not made.fixes:
        return Part("fixes", _("What was changed"))
    heads = ((_("Topic"), False), (_("Said"), False), (_("Done"), False))
    rows = tuple(
        (Cell(pick(topic(site, id).title)), Cell(said[:200]), Cell(answer[:200]))
        for id, said, answer in made.fixes
    )
    return Part("fixes", _("What was changed"), (), Grid(heads, rows))


def _notes() -> Part:
    return Part(
        "notes",
        _("How it is counted"),
        remarks=(
            _("An opinion counts once, in the month it came; one that was merged into another is"
              " not counted again, its source is."),
            _("Rising and falling: Mann and Kendall's test over 36 months, two-sided at 1 %."),
            _("Counts below %(count)s are not given, nor means of so few.", count=K),
        ),
    )  # fmt: skip


def _those(site: Site, made: ThreeYears, trend: str) -> str:
    return listed([_title(site, one) for one in made.topics if one.trend == trend])


def _title(site: Site, one: TopicTrend) -> str:
    return pick(topic(site, one.topic).title)


def _count(count: int) -> Cell:
    if 0 < count < K:
        return Cell(_("fewer than five"))
    return Cell(f"{count:,}", count)


def _number(value: float | None, places: int) -> Cell:
    return Cell("–") if value is None else Cell(f"{value:.{places}f}", value, places)


def _share(value: float | None, of: int) -> Cell:
    """Nothing from which fewer than K late ones could be reckoned."""
    if value is None or 0 < round((1 - value) * of) < K:
        return Cell("–" if value is None else _("nearly all"))
    return Cell(f"{value:.0%}", value, percent=True)
