"""A process in which readers book, check in, leave and cancel for ever, until it is killed:
python -m tests.service.booking_worker DATABASE PSEUDONYM…"""

import random
import sys
from contextlib import suppress

import django
from django.conf import settings


def main() -> None:
    settings.DATABASES["default"]["NAME"] = sys.argv[1]
    django.setup()
    from shuren.kernel.clock import now
    from shuren.kernel.errors import ShurenError
    from shuren.kernel.shapes import Actor
    from shuren.service import bookings
    from shuren.service.internals.placing import quarter
    from shuren.service.internals.slots import QUARTER

    site, chance = settings.SITE, random.Random()
    readers = [Actor("", "student", key) for key in sys.argv[2:]]
    while True:
        reader, begins = chance.choice(readers), quarter(now()) + QUARTER * chance.randint(1, 4)
        place = f"A-{chance.randint(1, 20):03}"
        try:
            made = bookings.book(
                site, place, begins, begins + QUARTER * chance.randint(2, 6), actor=reader
            )
            print("booked", made.id, flush=True)
        except ShurenError:
            ours = bookings.mine(site, reader)[0]
            with suppress(ShurenError):  # another process cancelled it a moment ago
                if ours:
                    bookings.cancel(site, ours[0].case, actor=reader)
                    print("cancelled", ours[0].case, flush=True)


if __name__ == "__main__":
    main()
