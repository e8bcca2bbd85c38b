"""What signing in keeps: sessions, second steps, who the campus says somebody is, young readers."""

from django.conf import settings
from django.contrib.sessions.base_session import AbstractBaseSession
from django.db import models


class AccountSession(AbstractBaseSession):
    """A session of Django's, findable by the account it signs in.

    account_id    None while nobody is signed in
    campus        keyed hash of the campus ticket that opened it, or "": single log-out names that
    last_used_at  to five minutes
    """

    account = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.CASCADE, null=True)
    campus = models.CharField(max_length=64, blank=True, db_index=True)
    last_used_at = models.DateTimeField(null=True)

    @classmethod
    def get_session_store_class(cls) -> type:
        from shuren.trust.sessions import SessionStore

        return SessionStore


class SecondStep(models.Model):
    """The secret of somebody's authenticator, sealed under `second-step:<account id>`.

    confirmed_at  when its first code was right; a row without asks for nothing
    last_period   the period of 30 s whose code was used last: that code and older ones are spent
    """

    account = models.OneToOneField(
        settings.AUTH_USER_MODEL, on_delete=models.CASCADE, primary_key=True
    )
    sealed = models.BinaryField()
    created_at = models.DateTimeField()
    confirmed_at = models.DateTimeField(null=True)
    last_period = models.BigIntegerField(default=0)

    def __str__(self) -> str:
        return f"{self.account_id}: {'on' if self.confirmed_at else 'waiting'}"


class RecoveryCode(models.Model):
    """A way in when the authenticator is lost, good once. Only a keyed hash of it is kept."""

    account = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.CASCADE)
    digest = models.CharField(max_length=64)

    class Meta:
        constraints = (
            models.UniqueConstraint(fields=("account", "digest"), name="one_recovery_code"),
        )

    def __str__(self) -> str:
        return f"{self.account_id}: {self.digest[:8]}"


class CampusLink(models.Model):
    """Which account somebody of the campus has here.

    subject   keyed hash of what the campus calls the person: that may well be a card number
    is_made   the account was made at the first sign-in, so its role follows the campus
    """

    account = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.CASCADE)
    provider = models.CharField(max_length=8)
    subject = models.CharField(max_length=28)
    is_made = models.BooleanField()
    made_at = models.DateTimeField()

    class Meta:
        constraints = (
            models.UniqueConstraint(fields=("provider", "subject"), name="one_campus_link"),
        )

    def __str__(self) -> str:
        return f"{self.provider} {self.subject}"


class YoungReader(models.Model):
    """A reader under 14, and the guardian's consent. No birth date: only the month it ends.

    under_14_until  the first day of the month from which the reader is 14
    guardian        pseudonym of the guardian's reference, "" while nobody consented
    version         of the text the guardian signed
    recorded_by     account of the librarian who saw it, or the operator
    """

    account = models.OneToOneField(
        settings.AUTH_USER_MODEL, on_delete=models.CASCADE, primary_key=True
    )
    under_14_until = models.DateField()
    school_class = models.CharField(max_length=40, blank=True)
    guardian = models.CharField(max_length=28, blank=True)
    version = models.CharField(max_length=20, blank=True)
    recorded_by = models.CharField(max_length=150, blank=True)
    recorded_at = models.DateTimeField(null=True)

    def __str__(self) -> str:
        return f"{self.account_id} until {self.under_14_until:%Y-%m}"
