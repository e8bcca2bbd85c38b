"""Whether a request is somebody's, for numbers of openings: looked at, and nothing of it kept."""

from django.http import HttpRequest

# Of programs that say what they are. The words are looked at and not kept.
_PROGRAMS = ("bot", "spider", "crawl", "preview", "curl/", "wget/", "python-")
_EARLY = ("Sec-Purpose", "Purpose", "X-Purpose", "X-Moz")


def is_somebody(request: HttpRequest) -> bool:
    """Not a HEAD, a page fetched before anybody asked for it, or a program that says it is one."""
    if request.method != "GET":
        return False
    early = " ".join(request.headers.get(name, "") for name in _EARLY).lower()
    if "prefetch" in early or "preview" in early:
        return False
    agent = request.headers.get("User-Agent", "").lower()
    return not any(word in agent for word in _PROGRAMS)
