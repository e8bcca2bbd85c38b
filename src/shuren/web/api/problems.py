"""What the API says when it does not answer: one shape (RFC 9457), a title in two languages."""

from typing import Any

from django.http import HttpRequest, HttpResponse, JsonResponse

from shuren.kernel.errors import ShurenError
from shuren.kernel.i18n import gettext as _
from shuren.kernel.i18n import pick
from shuren.web.errors import status_of

MEDIA_TYPE = "application/problem+json"

# fmt: off
KINDS: dict[str, tuple[int, dict[str, str]]] = {
    "bad-request": (400, {"zh": "请求无法理解。", "en": "The request cannot be understood."}),
    "key-in-address": (400, {"zh": "密钥不得写在网址里。", "en": "A key must not be in the address."}),  # noqa: E501
    "no-key": (401, {"zh": "需要有效的密钥。", "en": "A valid key is needed."}),
    "not-allowed": (403, {"zh": "此密钥不能这样做。", "en": "This key may not do this."}),
    "not-found": (404, {"zh": "没有这个内容。", "en": "There is no such thing."}),
    "method": (405, {"zh": "此地址不支持该方法。", "en": "This address does not take that method."}),  # noqa: E501
    "not-acceptable": (406, {"zh": "不提供所要的格式。", "en": "There is no such format."}),
    "gone": (410, {"zh": "此内容已不再提供。", "en": "This is given no more."}),
    "too-large": (413, {"zh": "请求过大。", "en": "The request is too large."}),
    "wrong-parameter": (422, {"zh": "参数有误。", "en": "A parameter is wrong."}),
    "quota": (429, {"zh": "请求次数已用完，请稍候。", "en": "The quota is used up; wait a little."}),  # noqa: E501
    "fault": (500, {"zh": "服务器内部出错。", "en": "Something went wrong on our side."}),
    "not-ready": (503, {"zh": "尚未就绪。", "en": "Not ready yet."}),
}
# fmt: on
_BY_STATUS = {status: kind for kind, (status, _words) in KINDS.items() if kind != "key-in-address"}


class Problem(ShurenError):
    """Said by the API itself; `kind` is one of KINDS. errors: [{where, message}]."""

    def __init__(
        self, kind: str, message: str, *, fix: str = "", errors: list[dict[str, str]] | None = None
    ) -> None:
        super().__init__(message, fix=fix)
        self.kind = kind
        self.errors = errors or []


def problem(
    kind: str, detail: str = "", fix: str = "", errors: list[dict[str, str]] | None = None
) -> HttpResponse:
    status, titles = KINDS[kind]
    content: dict[str, Any] = {
        "type": f"urn:shuren:problem:{kind}",
        "title": pick(titles),
        "titles": titles,
        "status": status,
        "detail": detail or pick(titles),
        "fix": fix,
    }
    if errors:
        content["errors"] = errors
    response = JsonResponse(
        content,
        status=status,
        content_type=MEDIA_TYPE,
        json_dumps_params={"ensure_ascii": False},
    )
    response["Cache-Control"] = "no-store"
    if status == 401:
        response["WWW-Authenticate"] = 'Bearer realm="shuren"'
    return response


def kind_of(status: int) -> str:
    return _BY_STATUS.get(status, "fault" if status >= 500 else "bad-request")


def from_error(request: HttpRequest, error: ShurenError) -> HttpResponse:
    """Any room's sentence, as a problem. A slip in a parameter is 422, whoever noticed it."""
    if isinstance(error, Problem):
        return problem(error.kind, error.message, error.fix, error.errors)
    status = status_of(error)
    response = problem("wrong-parameter" if status == 400 else kind_of(status), *said(error))
    wait = getattr(error, "retry_after", 0)
    if wait:
        response["Retry-After"] = str(wait)
    return response


def said(error: ShurenError) -> tuple[str, str]:
    return error.message, error.fix


def from_validation(request: HttpRequest, error: Any) -> HttpResponse:
    """The parameters ninja found wrong, each with its name."""
    found = [
        {
            "where": ".".join(str(step) for step in one.get("loc", ())[1:]),
            "message": str(one.get("msg", "")),
        }
        for one in error.errors
    ]
    names = ", ".join(dict.fromkeys(one["where"] for one in found))
    text = _("These parameters cannot be read: %(names)s.", names=names)
    return problem("wrong-parameter", text, errors=found)
