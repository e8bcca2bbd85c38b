"""Tables of surrogates: which card has which pseudonym, which are the site's of before, and
whose history was erased."""

from django.db import models


class Surrogate(models.Model):
    """A card and its pseudonym, which says nothing of the card: it was drawn by chance.

    blind  keyed hash of the card number; nobody without data/secrets/surrogate.key can try numbers
    """

    blind = models.CharField(primary_key=True, max_length=26)
    pseudonym = models.CharField(max_length=28, unique=True)

    def __str__(self) -> str:
        return self.pseudonym


class LegacyPseudonym(models.Model):
    """A pseudonym of before there were surrogates that no look-up has met yet; see legacy."""

    pseudonym = models.CharField(primary_key=True, max_length=28)

    def __str__(self) -> str:
        return self.pseudonym


class Erased(models.Model):
    """A card whose history of before `at` must not come in again, until `until`."""

    blind = models.CharField(primary_key=True, max_length=26)
    at = models.DateTimeField(db_index=True)
    until = models.DateField(db_index=True)

    def __str__(self) -> str:
        return f"{self.blind} {self.at:%Y-%m-%d}"


class Erasure(models.Model):
    """One erasure at work, and its certificate when it is done.

    account      who holds the certificate; "" when somebody without an account was erased
    reader_key   the pseudonym that goes; "" as soon as nothing of it is left in the database
    new_key      the surrogate that stands in its place from now on
    state        begun: the database still holds it; gone: queries see nothing any more;
                 rewritten: no raw file holds it; done: no snapshot and no page of the database
    report       {store: facts} that went, and what was kept and why
    certificate  as `service.actions.erase` gives it
    """

    id = models.CharField(primary_key=True, max_length=40)
    account = models.CharField(max_length=150, blank=True, db_index=True)
    reader_key = models.CharField(max_length=28, blank=True)
    new_key = models.CharField(max_length=28, blank=True, db_index=True)
    state = models.CharField(max_length=10, db_index=True)
    asked_at = models.DateTimeField()
    done_at = models.DateTimeField(null=True)
    report = models.JSONField(default=dict)
    certificate = models.JSONField(default=dict)

    def __str__(self) -> str:
        return f"{self.id} {self.state}"
