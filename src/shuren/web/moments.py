"""Times in words: near now relative, else absolute, always in the library's time zone."""

from datetime import date, datetime

from django.utils import timezone
from django.utils.formats import date_format

from shuren.kernel.clock import now
from shuren.kernel.i18n import CHINESE, current_language, written_day
from shuren.kernel.i18n import gettext as _

MINUTE, HOUR = 60, 3600


def today() -> date:
    return timezone.localtime(now()).date()


def exact(value: datetime) -> str:
    """2026年11月22日 09:30, or 22 November 2026, 09:30."""
    local = timezone.localtime(value)
    if current_language() == CHINESE:
        return f"{day(local.date())} {local:%H:%M}"
    return f"{day(local.date())}, {local:%H:%M}"


def day(value: date) -> str:
    """2026年3月2日, or 2 March 2026."""
    return written_day(value)


def data_day(value: str) -> str:
    """An ISO day as people write it; anything else as it is."""
    try:
        return day(date.fromisoformat(value))
    except ValueError:
        return value


def month(value: str) -> str:
    """2026-03 as `2026年3月` or `March 2026`; anything else as it is."""
    try:
        return date_format(date.fromisoformat(f"{value}-01"), "YEAR_MONTH_FORMAT")
    except ValueError:
        return value


def year(value: str) -> str:
    """2026 as `2026年` or `2026`."""
    return _("%(year)s", year=value)


def relative(value: datetime) -> str:
    """ "3 minutes ago" within the hour, a clock time today and yesterday, else the day."""
    local, present = timezone.localtime(value), timezone.localtime(now())
    seconds = (present - local).total_seconds()
    if 0 <= seconds < MINUTE:
        return _("just now")
    if 0 <= seconds < HOUR:
        return _("%(minutes)s min ago", minutes=int(seconds // MINUTE))
    days = (present.date() - local.date()).days
    if days == 0:
        return _("today %(time)s", time=f"{local:%H:%M}")
    if days == 1:
        return _("yesterday %(time)s", time=f"{local:%H:%M}")
    return day(local.date())
