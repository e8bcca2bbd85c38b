"""Readers' reviews of a title, their photos, and what other readers said of them."""

from django.db import models

from shuren.service.review_shapes import STATES


class TitleReview(models.Model):
    """title_id, title  of the item as it was written about
    stars      1 to 5, 0 for none; signed: the name its writer chose to be shown, "" for none
    at         when the text was written or last changed; decided_at, decided_by: the last decision
    version    one more with each change of the text and each decision
    key        of the form that was sent last, so that sending it twice is once
    """

    id = models.CharField(max_length=32, primary_key=True)
    pseudonym = models.CharField(max_length=28, db_index=True)
    title_id = models.CharField(max_length=64)
    title = models.CharField(max_length=500)
    stars = models.PositiveSmallIntegerField(default=0)
    text = models.TextField()
    signed = models.CharField(max_length=40, default="", blank=True)
    state = models.CharField(max_length=12, default=STATES[0])
    why = models.CharField(max_length=500, default="", blank=True)
    at = models.DateTimeField()
    decided_at = models.DateTimeField(null=True)
    decided_by = models.CharField(max_length=150, default="", blank=True)
    version = models.PositiveIntegerField(default=1)
    key = models.CharField(max_length=40, default="", blank=True)

    class Meta:
        indexes = (
            models.Index(fields=("title_id", "state", "at"), name="review_of_title"),
            models.Index(fields=("state", "at"), name="review_queue"),
        )
        constraints = (
            models.UniqueConstraint(fields=("pseudonym", "title_id"), name="review_once"),
            models.CheckConstraint(condition=models.Q(stars__lte=5), name="review_stars"),
        )

    def __str__(self) -> str:
        return self.id


class ReviewPhoto(models.Model):
    """content: a JPEG made anew from the pixels alone, so nothing the camera wrote is in it."""

    review = models.ForeignKey(TitleReview, models.CASCADE, related_name="photos")
    number = models.PositiveSmallIntegerField()
    alt = models.CharField(max_length=200)
    width = models.PositiveIntegerField()
    height = models.PositiveIntegerField()
    sha256 = models.CharField(max_length=64)
    content = models.BinaryField()

    class Meta:
        constraints = (
            models.UniqueConstraint(fields=("review", "number"), name="review_photo_once"),
        )

    def __str__(self) -> str:
        return f"{self.review_id} {self.number}"


class ReviewMark(models.Model):
    """A reader found a review helpful, or says that it should be looked at again.

    kind     helpful or report; reason: of review_shapes.REASONS; settled: it was looked at
    """

    review = models.ForeignKey(TitleReview, models.CASCADE, related_name="marks")
    pseudonym = models.CharField(max_length=28, db_index=True)
    kind = models.CharField(max_length=8)
    reason = models.CharField(max_length=12, default="", blank=True)
    settled = models.BooleanField(default=False)
    at = models.DateTimeField()

    class Meta:
        constraints = (
            models.UniqueConstraint(
                fields=("review", "pseudonym", "kind"), name="review_marked_once"
            ),
        )

    def __str__(self) -> str:
        return f"{self.review_id} {self.kind}"


class ReviewSending(models.Model):
    """How often a reader sent or changed a review on a day; it goes the day after."""

    pseudonym = models.CharField(max_length=28)
    day = models.DateField(db_index=True)
    times = models.PositiveSmallIntegerField(default=0)

    class Meta:
        constraints = (
            models.UniqueConstraint(fields=("pseudonym", "day"), name="review_sending_once"),
        )

    def __str__(self) -> str:
        return str(self.day)
