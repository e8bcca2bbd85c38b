"""Click's own words in the language of ours."""

import gettext
import os

from shuren.kernel.i18n import CHINESE, LOCALE_DIR, current_language
from shuren.kernel.i18n import gettext as _


def teach_click() -> None:
    """Let click speak the current language: it asks gettext's process-wide domain, and that
    finds its catalogue by LANGUAGE."""
    gettext.bindtextdomain("django", str(LOCALE_DIR))
    gettext.textdomain("django")
    os.environ["LANGUAGE"] = "zh_Hans" if current_language() == CHINESE else "en"


def click_words() -> tuple[str, ...]:
    """The sentences of click a person meets here; named so that the catalogue has them."""
    return (
        _("Usage:"),
        _("Options"),
        _("Commands"),
        _("Show this message and exit."),
        _("default: {default}"),
        _("required"),
        _("Try '{command} {option}' for help."),
        _("Error: {message}"),
        _("Missing argument"),
        _("Missing option"),
        _("Missing command."),
        _("No such option {name!r}."),
        _("No such command {name!r}."),
        gettext.ngettext(
            "Did you mean {possibility}?", "(Did you mean one of: {possibilities}?)", 1
        ),
        _("Option {name!r} does not take a value."),
        _("Invalid value: {message}"),
        _("Invalid value for {param_hint}: {message}"),
        _("{value!r} is not a valid {number_type}."),
        _("{value} is not in the range {range}."),
        _("{name} {filename!r} does not exist."),
        _("{name} {filename!r} is a file."),
        _("{name} {filename!r} is a directory."),
        _("{name} {filename!r} is not readable."),
        _("file"),
        _("directory"),
        _("path"),
        _("Error: The two entered values do not match."),
    )
