"""A process that sends what is due, until it is killed or done:
python -m tests.service.mail_worker DATABASE MOMENT"""

import sys
from datetime import datetime

import django
from django.conf import settings


def main() -> None:
    settings.DATABASES["default"]["NAME"] = sys.argv[1]
    django.setup()
    from shuren.kernel.shapes import Actor
    from shuren.service.outbox import send

    moment = datetime.fromisoformat(sys.argv[2])
    print(send(settings.SITE, actor=Actor("cli:test", "administrator"), at=moment).sent)


if __name__ == "__main__":
    main()
