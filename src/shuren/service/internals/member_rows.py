"""Memberships, the roster they are checked against, and what they count.

No row holds a name or number: the roster keeps keyed marks of both, and a membership belongs to its
case, which names its reader by pseudonym.
"""

from django.db import models
from django.db.models import F, Q

from shuren.service.internals.case_rows import Case


class RosterLoad(models.Model):
    """One list that the alumni office gave. account: who loaded it; print: SHA-256 of the file."""

    at = models.DateTimeField()
    account = models.CharField(max_length=150)
    print = models.CharField(max_length=64)
    rows = models.PositiveIntegerField()
    fresh = models.PositiveIntegerField()
    refused = models.PositiveIntegerField()

    def __str__(self) -> str:
        return f"{self.at:%Y-%m-%d %H:%M}"


class AlumniRecord(models.Model):
    """One line of a roster.

    number, name  keyed marks: of the student number, and of it together with the name
    cohort        year of entry; left: year of leaving, or None
    claimed       the case whose membership stands on it, or ""
    """

    number = models.CharField(max_length=32, primary_key=True)
    name = models.CharField(max_length=32)
    cohort = models.PositiveSmallIntegerField()
    left = models.PositiveSmallIntegerField(null=True)
    college = models.CharField(max_length=100, default="", blank=True)
    degree = models.CharField(max_length=40, default="", blank=True)
    claimed = models.CharField(max_length=32, default="", blank=True)
    load = models.ForeignKey(RosterLoad, models.PROTECT)

    class Meta:
        indexes = (
            models.Index(fields=("claimed",), name="alumnus_claimed", condition=~Q(claimed="")),
        )

    def __str__(self) -> str:
        return str(self.cohort)


class MemberCheck(models.Model):
    """What one look into the roster, or at a document, showed: the evidence of a membership.

    key       of the request that opened the case, until there is one
    how       roster: the roster has them; document: one was shown at the desk
    agreed    which of number, name and cohort agreed, as words with spaces
    record    the roster's line, or ""; load: by which list
    document  which one was shown; account: of staff who looked, "" for what happened by itself
    """

    case = models.ForeignKey(Case, models.CASCADE, null=True, related_name="member_checks")
    key = models.CharField(max_length=80, default="", blank=True, db_index=True)
    at = models.DateTimeField()
    how = models.CharField(max_length=10)
    is_good = models.BooleanField()
    agreed = models.CharField(max_length=40, default="", blank=True)
    record = models.CharField(max_length=32, default="", blank=True)
    load = models.ForeignKey(RosterLoad, models.PROTECT, null=True)
    document = models.CharField(max_length=20, default="", blank=True)
    account = models.CharField(max_length=150, default="", blank=True)

    def __str__(self) -> str:
        return self.how


class Member(models.Model):
    """A membership; whether it stands is the state of its case.

    began  the day its years count from; years: how many were given since; ends: its last day
    """

    case = models.OneToOneField(Case, models.CASCADE, primary_key=True, related_name="member")
    began = models.DateField()
    years = models.PositiveSmallIntegerField()
    ends = models.DateField(db_index=True)

    def __str__(self) -> str:
        return self.case_id


class MemberYear(models.Model):
    """How many articles of one year of a membership are used. No more than there are, by the
    database's own rule."""

    member = models.ForeignKey(Member, models.CASCADE, related_name="packs")
    first = models.DateField()
    size = models.PositiveSmallIntegerField()
    used = models.PositiveSmallIntegerField(default=0)

    class Meta:
        constraints = (
            models.UniqueConstraint(fields=("member", "first"), name="member_year_once"),
            models.CheckConstraint(
                condition=Q(used__gte=0) & Q(used__lte=F("size")), name="member_pack_holds"
            ),
        )

    def __str__(self) -> str:
        return f"{self.used}/{self.size}"


class MemberArticle(models.Model):
    """One article of a pack, by the case it was asked for in; given back: when it never came."""

    case_id = models.CharField(max_length=32, primary_key=True)
    pack = models.ForeignKey(MemberYear, models.CASCADE, related_name="articles")
    at = models.DateTimeField()
    given_back_at = models.DateTimeField(null=True)

    def __str__(self) -> str:
        return self.case_id
