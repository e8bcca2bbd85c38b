"""What the server runs: `granian --interface wsgi shuren.web.wsgi:application`."""

import os

from django.core.wsgi import get_wsgi_application

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "shuren.settings")
application = get_wsgi_application()
