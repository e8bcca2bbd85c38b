"""What may go wrong in finding, in sentences for people."""

from shuren.kernel.errors import ShurenError, UsageError
from shuren.kernel.i18n import gettext as _
from shuren.kernel.suggestions import did_you_mean


class NotSearchable(ShurenError):
    """Nothing can be searched now, for one of the reasons below. Pages say it and go on."""


class NoIndex(NotSearchable):
    """Nothing has been indexed yet."""

    def __init__(self) -> None:
        super().__init__(_("There is no search index yet."), fix=_("Make one with `shuren index`."))


class OldIndex(NotSearchable):
    """The index was made by another version of the programme."""

    def __init__(self, found: object, wanted: int) -> None:
        super().__init__(
            _(
                "The search index has form %(found)s; this version reads form %(wanted)s.",
                found=found,
                wanted=wanted,
            ),
            fix=_("Make it anew with `shuren index`; the old one stays until then."),
        )


class SearchAway(NotSearchable):
    """The search server does not answer, or says that it cannot."""

    def __init__(self) -> None:
        super().__init__(
            _("The search does not answer at the moment."),
            fix=_("Try again in a minute; everything else works meanwhile."),
        )


class SearchRefused(NotSearchable):
    """The search server does not let us in, or does not do what it was asked."""

    def __init__(self, why: str) -> None:
        super().__init__(
            why,
            fix=_("Whoever looks after the library's system finds it under [search.opensearch]."),
        )


class IndexingFailed(ShurenError):
    """A process that made a part of the index ended before its time."""

    def __init__(self) -> None:
        super().__init__(
            _("A part of the search index could not be made; the live index is as it was."),
            fix=_("See that there is memory and disk space, then run `shuren index` again."),
        )


class RecordsRefused(ShurenError):
    """The search server did not take some records; nothing was switched."""

    def __init__(self, count: int, why: str) -> None:
        super().__init__(
            _("The search server refused %(count)s records: %(why)s.", count=count, why=why),
            fix=_(
                "The index that was in use stays; run `shuren index` again when it is put right."
            ),
        )


class NoSuchItem(UsageError):
    """No record of this id is in the index."""

    def __init__(self, id: str) -> None:
        super().__init__(
            _("Nothing in the catalogue has the id %(id)s.", id=id[:60]),
            fix=_("It may have been withdrawn. Search for its title."),
        )


class UnknownFormat(UsageError):
    """Items cannot be written in this form."""

    def __init__(self, form: str, known: list[str]) -> None:
        super().__init__(
            _("There is no format '%(form)s'.", form=form[:40]), fix=did_you_mean(form[:40], known)
        )
