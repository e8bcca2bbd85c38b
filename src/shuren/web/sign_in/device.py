"""A device in plain words: which browser and system, from the few that a person would name.

Nothing finer is looked at or kept: no version, no model, no address.
"""

from ipaddress import ip_address, ip_network

from shuren.kernel.i18n import gettext as _

# The first that is found counts: most browsers also say they are several others.
_BROWSERS = (
    ("MicroMessenger", "wechat"), ("DingTalk", "DingTalk"), ("Edg", "Edge"), ("OPR/", "Opera"),
    ("HuaweiBrowser", "Huawei"), ("MiuiBrowser", "Mi"), ("QQBrowser", "QQ"), ("UCBrowser", "UC"),
    ("Firefox/", "Firefox"), ("FxiOS", "Firefox"), ("Chrome/", "Chrome"), ("CriOS", "Chrome"),
    ("Safari/", "Safari"),
)  # fmt: skip
_SYSTEMS = (
    ("HarmonyOS", "HarmonyOS"), ("OpenHarmony", "HarmonyOS"), ("Android", "Android"),
    ("iPhone", "iPhone"), ("iPad", "iPad"), ("Windows", "Windows"), ("Mac OS X", "Mac"),
    ("CrOS", "ChromeOS"), ("Linux", "Linux"),
)  # fmt: skip
NETWORK, ELSEWHERE = "network", "elsewhere"


def read_agent(agent: str) -> tuple[str, str]:
    """(browser, system), each a short name or ""."""
    browser = next((name for mark, name in _BROWSERS if mark in agent), "")
    system = next((name for mark, name in _SYSTEMS if mark in agent), "")
    return browser, system


def place_of(address: str, networks: list[str]) -> str:
    """NETWORK, ELSEWHERE, or "" when the library named no network of its own."""
    if not networks:
        return ""
    try:
        asked = ip_address(address)
    except ValueError:
        return ELSEWHERE
    inside = any(asked in ip_network(one) for one in networks)
    return NETWORK if inside else ELSEWHERE


def in_words(browser: str, system: str) -> str:
    """`Firefox on Windows`; what is not known is left out."""
    name = {
        "wechat": _("WeChat"),
        "Huawei": _("Huawei Browser"),
        "Mi": _("Mi Browser"),
        "QQ": _("QQ Browser"),
        "UC": _("UC Browser"),
    }.get(browser, browser)
    if name and system:
        return _("%(browser)s on %(system)s", browser=name, system=system)
    return name or system or _("An unknown device")


def place_in_words(place: str) -> str:
    return {NETWORK: _("This library's network"), ELSEWHERE: _("Elsewhere")}.get(place, "")


def how_in_words(how: str) -> str:
    return {"password": _("by password"), "oidc": _("by campus account"),
            "cas": _("by campus account")}.get(how, "")  # fmt: skip
