"""The engine of Django's sessions (settings.SESSION_ENGINE), with the account beside each.

So a session can be listed, ended, and removed with its account. A row says no address.
"""

from datetime import timedelta
from typing import Any, cast

from django.contrib.auth import SESSION_KEY
from django.contrib.sessions.backends.db import SessionStore as DatabaseSessions

from shuren.kernel.clock import now
from shuren.trust.internals.sign_in_rows import AccountSession

CAMPUS = "campus_session"
TOUCHED_EVERY = timedelta(minutes=5)


class SessionStore(DatabaseSessions):
    @classmethod
    def get_model_class(cls) -> type[AccountSession]:
        return AccountSession

    def create_model_instance(self, data: dict[str, Any]) -> AccountSession:
        row = cast(AccountSession, super().create_model_instance(data))
        row.account_id = int(data[SESSION_KEY]) if data.get(SESSION_KEY) else None
        row.campus = data.get(CAMPUS, "")
        row.last_used_at = now()
        return row

    def _get_session_from_db(self) -> AccountSession | None:
        """The row, if it is still good; being asked for is its last use, to five minutes."""
        row: AccountSession | None = super()._get_session_from_db()  # type: ignore[misc]
        if row is not None and row.account_id is not None:
            moment = now()
            if row.last_used_at is None or moment - row.last_used_at >= TOUCHED_EVERY:
                AccountSession.objects.filter(pk=row.pk).update(last_used_at=moment)
        return row
