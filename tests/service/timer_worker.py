"""A process that makes happen what is due, for ever, until it is killed:
python -m tests.service.timer_worker DATABASE"""

import sys

import django
from django.conf import settings


def main() -> None:
    settings.DATABASES["default"]["NAME"] = sys.argv[1]
    django.setup()
    from shuren.service.cases import fire_timers

    while True:
        print(fire_timers(settings.SITE, most=7), flush=True)


if __name__ == "__main__":
    main()
