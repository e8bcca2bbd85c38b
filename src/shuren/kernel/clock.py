"""The one place that asks what time it is, so that a test can answer."""

import os
from datetime import UTC, datetime


def now() -> datetime:
    """The present moment, timezone-aware UTC; SHUREN_NOW (ISO 8601) fixes it for tests."""
    fixed = os.environ.get("SHUREN_NOW")
    if fixed:
        moment = datetime.fromisoformat(fixed)
        return moment if moment.tzinfo else moment.replace(tzinfo=UTC)
    return datetime.now(UTC)
