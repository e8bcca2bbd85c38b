"""Documents the library signed, and the drafts of reports."""

from django.db import models

from shuren.service.internals.case_rows import Case


class SignedDocument(models.Model):
    """code    by which anybody verifies it: 16 letters and digits by chance
    number     as printed, the same for all versions; kind: a template's id or a certificate's
    title      {zh, en} of the kind; what it says inside stands in the sealed files alone
    files      {language: SHA-256 of the file before its proof}
    entry      number of the ledger's entry; proof: made when it is first asked for
    sealed_zh, sealed_en  the files, sealed by the vault; empty when they are gone
    """

    code = models.CharField(max_length=16, unique=True)
    number = models.CharField(max_length=40, db_index=True)
    version = models.PositiveIntegerField(default=1)
    kind = models.CharField(max_length=40)
    title = models.JSONField()
    case_id = models.CharField(max_length=32, default="", blank=True, db_index=True)
    pseudonym = models.CharField(max_length=28, default="", blank=True, db_index=True)
    issued_at = models.DateTimeField()
    signed_by = models.CharField(max_length=150, default="", blank=True)
    library = models.JSONField()
    files = models.JSONField(default=dict)
    entry = models.BigIntegerField(default=0)
    proof = models.JSONField(null=True)
    replaced_by = models.CharField(max_length=16, default="", blank=True)
    sealed_zh = models.BinaryField(default=b"")
    sealed_en = models.BinaryField(default=b"")

    class Meta:
        constraints = (
            models.UniqueConstraint(fields=("number", "version"), name="document_version_once"),
        )

    def __str__(self) -> str:
        return self.number


class ReportDraft(models.Model):
    """What is written for a case's report before it is signed; sealed, since it may hold what the
    reader has not published. authors: accounts, in the order they first wrote."""

    case = models.OneToOneField(Case, models.CASCADE, primary_key=True, related_name="draft")
    sealed = models.BinaryField()
    authors = models.JSONField(default=list)
    version = models.PositiveIntegerField(default=1)
    changed_at = models.DateTimeField()

    def __str__(self) -> str:
        return self.case_id
