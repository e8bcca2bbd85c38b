"""What a COUNTER API answered, judged by the exceptions of the standard.

The table is the one of the COUNTER API: code, and what is to be done about it. Release 5.0 and
5.1 use the same codes; they are found in the body (alone, in a list, or in the report's header)
and, where a platform sends none, told from the HTTP status.
"""

from dataclasses import dataclass
from enum import Enum
from typing import Any

import orjson

from shuren.data.internals.counter.header import exceptions
from shuren.kernel.i18n import gettext as _


class Verdict(Enum):
    """report: take it. partial: take it, and ask again another time. nothing: no use in that
    month. gone: will never come. later: ask at the next run. again: ask in a moment.
    queued: it is being made, ask in a while. report_fault: this report cannot be had.
    setup_fault: nothing can be had until somebody mends the settings."""

    REPORT = "report"
    PARTIAL = "partial"
    NOTHING = "nothing"
    GONE = "gone"
    LATER = "later"
    AGAIN = "again"
    QUEUED = "queued"
    REPORT_FAULT = "report fault"
    SETUP_FAULT = "setup fault"


CODES: dict[int, Verdict] = {
    1000: Verdict.AGAIN,  # service not available
    1010: Verdict.AGAIN,  # service busy
    1011: Verdict.QUEUED,  # report queued for processing
    1020: Verdict.AGAIN,  # too many requests
    1030: Verdict.SETUP_FAULT,  # insufficient information
    2000: Verdict.SETUP_FAULT,  # requestor not authorised
    2010: Verdict.SETUP_FAULT,  # requestor may not see this institution
    2011: Verdict.SETUP_FAULT,  # global reports not supported
    2020: Verdict.SETUP_FAULT,  # API key invalid
    3020: Verdict.REPORT_FAULT,  # invalid dates
    3030: Verdict.NOTHING,  # no usage
    3031: Verdict.LATER,  # usage not ready
    3032: Verdict.GONE,  # usage no longer available
    3040: Verdict.PARTIAL,  # partial data returned
    3070: Verdict.REPORT_FAULT,  # required filter missing
}
# 3050 parameter not recognised, 3060 invalid filter, 3061 incongruous filter, 3062 invalid
# attribute, 3063 components not supported: the report comes all the same, with a warning.
WARNINGS = (3050, 3060, 3061, 3062, 3063)
# 0 informs, 1 to 999 are warnings of the platform's own: they change nothing.
INFORMATION = 999
_STATUS = {
    202: Verdict.QUEUED,
    400: Verdict.REPORT_FAULT,
    401: Verdict.SETUP_FAULT,
    403: Verdict.SETUP_FAULT,
    404: Verdict.REPORT_FAULT,
    408: Verdict.AGAIN,
    429: Verdict.AGAIN,
}
# Where several are said at once the first of these decides.
_ORDER = (
    Verdict.SETUP_FAULT,
    Verdict.REPORT_FAULT,
    Verdict.AGAIN,
    Verdict.QUEUED,
    Verdict.LATER,
    Verdict.GONE,
    Verdict.PARTIAL,
    Verdict.NOTHING,
)


@dataclass(frozen=True)
class Answer:
    """said  what the platform said, one sentence; retry_after  as its header says, "" if silent"""

    verdict: Verdict
    said: str = ""
    retry_after: str = ""


def judge(status: int, body: bytes, retry_after: str, report: str, month: str) -> Answer:
    """What to do about an answer to the question for one report of one month."""
    try:
        content: Any = orjson.loads(body.removeprefix(b"\xef\xbb\xbf")) if body.strip() else None
    except orjson.JSONDecodeError:
        content = None
    told = exceptions(content)
    said = "; ".join(f"{code} {message}".strip() for code, message in told)
    verdicts = {CODES[code] for code, _message in told if code in CODES}
    chosen = next((verdict for verdict in _ORDER if verdict in verdicts), None)
    has_items = bool(isinstance(content, dict) and content.get("Report_Items"))
    if status == 200 and has_items and chosen in (None, Verdict.PARTIAL, Verdict.NOTHING):
        wrong = _mistaken(content, report, month)
        if wrong:
            return Answer(Verdict.REPORT_FAULT, wrong)
        found = Verdict.PARTIAL if chosen is Verdict.PARTIAL else Verdict.REPORT
        return Answer(found, said)
    if chosen:
        return Answer(chosen, said or f"HTTP {status}", retry_after)
    only_informs = all(code <= INFORMATION for code, _message in told)
    return _without_code(status, content, said, only_informs, retry_after)


def _without_code(
    status: int, content: Any, said: str, only_informs: bool, retry_after: str
) -> Answer:
    if status == 200:
        header = content.get("Report_Header") if isinstance(content, dict) else None
        if header and only_informs:
            return Answer(Verdict.NOTHING, said or _("the report is empty"))
        if not only_informs:  # a warning or an unknown code, and no usage with it
            return Answer(Verdict.REPORT_FAULT, said)
        return Answer(Verdict.AGAIN, _("the answer is no JSON report"), retry_after)
    if 300 <= status < 400:
        text = _("the address has moved (HTTP %(status)s)", status=status)
        return Answer(Verdict.SETUP_FAULT, text)
    verdict = _STATUS.get(status, Verdict.AGAIN if status >= 500 else Verdict.REPORT_FAULT)
    return Answer(verdict, said or f"HTTP {status}", retry_after)


def _mistaken(content: dict[str, Any], report: str, month: str) -> str:
    """A sentence if it is another report than was asked for."""
    header = content.get("Report_Header")
    found = str(header.get("Report_ID", "")).upper() if isinstance(header, dict) else ""
    if found == report:
        return ""
    return _("asked for %(report)s of %(month)s, it sent %(found)s",
             report=report, month=month, found=found or "?")  # fmt: skip
