"""Messages as they are kept: what somebody was told, what of it goes out, and how they want it."""

from django.db import models


class Message(models.Model):
    """One thing a reader, or an account of staff, was told; in its inbox until it is deleted.

    pseudonym, account  whose inbox: one of the two, the other ""
    key      what made telling it twice one message
    title, body  {zh, en}; lines are parted by a line break
    mail     {zh, en}: the body as it may leave the library at any time
    mail_named  {zh, en}: the same with the titles of works, where none of `works` is sensitive
    works    title_ids that were named; None among them for a work without one
    """

    pseudonym = models.CharField(max_length=28, default="", blank=True)
    account = models.CharField(max_length=150, default="", blank=True)
    key = models.CharField(max_length=160)
    template = models.CharField(max_length=60)
    kind = models.CharField(max_length=20)
    title = models.JSONField()
    body = models.JSONField()
    mail = models.JSONField()
    mail_named = models.JSONField()
    works = models.JSONField(default=list)
    about_kind = models.CharField(max_length=40, default="", blank=True)
    about_id = models.CharField(max_length=200, default="", blank=True)
    told_at = models.DateTimeField()
    read_at = models.DateTimeField(null=True)

    class Meta:
        indexes = (
            models.Index(fields=("pseudonym", "-told_at"), name="message_reader"),
            models.Index(fields=("account", "-told_at"), name="message_account"),
            models.Index(
                fields=("pseudonym", "account"),
                name="message_unread",
                condition=models.Q(read_at__isnull=True),
            ),
        )
        constraints = (
            models.UniqueConstraint(fields=("pseudonym", "account", "key"), name="told_once"),
        )

    def __str__(self) -> str:
        return f"message {self.pk}"


class Delivery(models.Model):
    """One message on its way out by one channel.

    channel   email, or webhook
    hook      which webhook of shuren.toml, "" for e-mail
    state     waiting, sending, sent, dead (the library must do something), stopped (the reader, or
              a rule of theirs, does not want it), late (too old to be sent)
    is_bundled  goes in one mail with the others that are due then
    mail      the left part of the mail's Message-ID; those of one mail have the same
    leased_until  while `sending`: when another process may take it up again
    why       one of service.message_shapes.WHY, never what the other side said of an address
    """

    message = models.ForeignKey(Message, models.CASCADE, related_name="deliveries")
    channel = models.CharField(max_length=10)
    hook = models.CharField(max_length=40, default="", blank=True)
    state = models.CharField(max_length=10, default="waiting")
    due_at = models.DateTimeField()
    is_bundled = models.BooleanField(default=False)
    mail = models.CharField(max_length=64, default="", blank=True)
    attempts = models.PositiveIntegerField(default=0)
    leased_until = models.DateTimeField(null=True)
    tried_at = models.DateTimeField(null=True)
    done_at = models.DateTimeField(null=True)
    why = models.CharField(max_length=20, default="", blank=True)
    code = models.PositiveIntegerField(default=0)

    class Meta:
        indexes = (models.Index(fields=("state", "due_at"), name="delivery_due"),)
        constraints = (
            models.UniqueConstraint(fields=("message", "channel", "hook"), name="delivered_once"),
        )

    def __str__(self) -> str:
        return f"{self.channel} {self.pk}"


class MessageChoice(models.Model):
    """How a reader wants to be told; who has no row has the defaults.

    ways      {kind: way}, see service.message_shapes
    quiet_from, quiet_to  HH:MM on the library's clock; both equal: no quiet hours
    most      mails a day; what is over it comes together the next day
    stop_key  chance; what the links to stop stand for
    """

    pseudonym = models.CharField(max_length=28, unique=True)
    language = models.CharField(max_length=10, default="", blank=True)
    ways = models.JSONField(default=dict)
    quiet_from = models.CharField(max_length=5, default="22:00")
    quiet_to = models.CharField(max_length=5, default="08:00")
    most = models.PositiveIntegerField(default=5)
    stop_key = models.CharField(max_length=32, unique=True)
    changed_at = models.DateTimeField()

    def __str__(self) -> str:
        return f"choice {self.pk}"


class CalendarFeed(models.Model):
    """A private calendar under an address nobody can guess; `token` is the SHA-256 of its end."""

    pseudonym = models.CharField(max_length=28, unique=True)
    token = models.CharField(max_length=64, unique=True)
    made_at = models.DateTimeField()

    def __str__(self) -> str:
        return f"calendar {self.pk}"
