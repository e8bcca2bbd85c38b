"""Files of cases as they are kept: in the database, so that they come and go with their case."""

from django.db import models

from shuren.service.internals.case_rows import Case


class CaseFile(models.Model):
    """One file that a reader or a librarian gave to a case, in the field `field`.

    kind     its ending, of reading_forms.ENDINGS, as its first bytes confirm it
    sha256   of its bytes, in hexadecimal
    gone_at  when its bytes went off the store; what else is known of it stays with the case
    """

    id = models.CharField(max_length=32, primary_key=True)
    case = models.ForeignKey(Case, models.CASCADE, related_name="files")
    field = models.CharField(max_length=60)
    name = models.CharField(max_length=150)
    kind = models.CharField(max_length=8)
    size = models.PositiveIntegerField()
    at = models.DateTimeField()
    sha256 = models.CharField(max_length=64, default="", blank=True)
    gone_at = models.DateTimeField(null=True)

    class Meta:
        constraints = (
            models.UniqueConstraint(fields=("case", "field"), name="file_of_a_field_once"),
        )

    def __str__(self) -> str:
        return self.id


class CaseFilePart(models.Model):
    """A stretch of a file's bytes, so that no process holds a large one whole."""

    file = models.ForeignKey(CaseFile, models.CASCADE, related_name="parts")
    number = models.PositiveIntegerField()
    content = models.BinaryField()

    class Meta:
        constraints = (
            models.UniqueConstraint(fields=("file", "number"), name="file_part_numbered_once"),
        )

    def __str__(self) -> str:
        return f"{self.file_id} {self.number}"
