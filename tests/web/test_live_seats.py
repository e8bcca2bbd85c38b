"""A seat taken is seen by a reader who looks: from the sensor's message to the page, without a
build. How soon is measured by benchmarks/landing."""

import re

import pytest

from shuren.data.actions import build
from tests.data.loading import OPERATOR
from tests.data.raw_helper import put_raw
from tests.data.test_mqtt import Listening, event, publish, wait_for
from tests.data.test_mqtt import broker as broker
from tests.data.test_mqtt import seats as seats

pytestmark = pytest.mark.django_db(transaction=True)
ZONE = {"zone_id": "J1-A", "campus": "虎溪", "building": "馆", "floor": 1, "title": "大厅",
        "seats": 12, "kind": "reading"}  # fmt: skip


def free_seats(client):
    """What the page says: of all, and of the zone; None where it says nothing."""
    text = client.get("/spaces/", headers={"Accept-Language": "en"}).content.decode()
    told = [re.search(pattern, text) for pattern in (r"(\d+) of 12 seats", r">(\d+) free<")]
    return tuple(int(found[1]) if found else None for found in told)


def test_an_event_of_a_sensor_is_on_the_page_of_spaces(client, settings, seats, broker):
    settings.SITE = seats
    client.cookies["shuren_language"] = "en"
    put_raw(seats, "seat_zones", [ZONE])
    build(seats, actor=OPERATOR)
    assert free_seats(client) == (None, None)
    with Listening(seats):
        publish(broker, [event(1), event(2)])  # one seat, told twice
        wait_for(lambda: free_seats(client) == (11, 11))
        publish(broker, [event(3, "free").replace("T10:00", "T10:01")])
        wait_for(lambda: free_seats(client) == (12, 12))
