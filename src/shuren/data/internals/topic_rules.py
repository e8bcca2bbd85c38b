"""What a model says about the topics of its rows, read from its front matter.

    topic: {by: title, column: title_id, tells: [title_id, title, clc_main]}

by      title: the column holds the id of a title, whose class number decides; class: the column
        holds a class number itself
tells   columns from whose value the topic can be known; the `column` is always one of them
"""

from typing import Any

from shuren.data.shapes import TopicRule
from shuren.kernel.i18n import gettext as _

BY_TITLE, BY_CLASS = "title", "class"


def rule_of(front: dict[str, Any]) -> TopicRule | None:
    """The front matter's `topic`, checked; raises ValueError with the reason."""
    said = front.get("topic")
    if said is None:
        return None
    names = {"by", "column", "tells"}
    if not isinstance(said, dict) or set(said) != names or said["by"] not in (BY_TITLE, BY_CLASS):
        raise ValueError(_("'topic' must be {by: title or class, column: …, tells: [column, …]}"))
    tells = tuple(dict.fromkeys([said["column"], *said["tells"]]))
    for name in tells:
        if name not in front["columns"]:
            raise ValueError(
                _("%(key)s names '%(name)s', which is no column", key="topic", name=name)
            )
    if not front.get("person") and not front.get("headcount"):
        raise ValueError(_("'topic' is for tables about people, which this is not"))
    return TopicRule(said["by"], said["column"], tells)
