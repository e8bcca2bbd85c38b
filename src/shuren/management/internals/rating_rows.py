"""Who is asked to rate an answer, and by which address of the page without an account."""

from django.core import signing

from shuren.kernel.site import Site
from shuren.management.internals import telling
from shuren.management.internals.voice_rows import Opinion, OpinionSource

_SALT = "shuren.voice.rating"


def token(source_id: str) -> str:
    """What opens a source's own page, for whoever holds it."""
    return signing.Signer(salt=_SALT).sign(source_id)


def source_of(token_: str) -> OpinionSource | None:
    """The source a token names; None if the token was not made by us."""
    try:
        id = signing.Signer(salt=_SALT).unsign(token_[:200])
    except signing.BadSignature:
        return None
    return OpinionSource.objects.filter(pk=id).select_related("opinion").first()


def ask(site: Site, opinion: Opinion) -> None:
    """Ask every writer of an opinion, once for each answer, to rate it."""
    for source in OpinionSource.objects.filter(opinion=opinion):
        source.rating = None
        source.save(update_fields=["rating"])
        telling.survey(site, opinion, source.pk, source.pseudonym, token(source.pk))
