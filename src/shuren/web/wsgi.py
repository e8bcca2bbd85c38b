"""What the server runs: `granian --interface wsgi shuren.web.wsgi:application`.

`shuren serve` runs `serving` in each of its processes instead.
"""

import os
import threading
from typing import Any

from django.core.wsgi import get_wsgi_application

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "shuren.settings")
application = get_wsgi_application()


def _be_ready() -> None:
    """Import the pages and read the templates' code now, so that the first reader does not wait."""
    from django.template import loader
    from django.urls import get_resolver

    get_resolver().url_patterns  # noqa: B018 - reading it imports every view
    for name in ("base.html", "portal/home.html", "workbench/base.html"):
        loader.get_template(name)


def serving() -> Any:
    """The application, with answers kept warm from one snapshot to the next, and the search made
    ready beside the first requests."""
    from django.conf import settings

    from shuren.data.actions import keep_answers_warm
    from shuren.discovery.actions import be_ready

    keep_answers_warm(settings.SITE)
    threading.Thread(target=be_ready, args=(settings.SITE,), daemon=True).start()
    return application


_be_ready()
