"""What the demo's student asked for is told in their inbox; asked twice, it is there once."""

import pytest

from shuren.cli.demo_readers import _asks_for_things
from shuren.kernel.site import Site
from shuren.service import messages, outbox
from shuren.service.internals.messaging.rows import Delivery
from tests.service.desk_of_cases import reader
from tests.service.test_messages import LIN


@pytest.mark.django_db
def test_the_demos_student_is_told_and_the_mails_wait(site: Site, settings) -> None:
    settings.SITE = site
    student = reader(site)
    for _again in range(2):
        _asks_for_things(site, student)
    found = messages.inbox(site, student)
    titles = {one.title["zh"] for one in found.messages}
    assert titles == {"文献传递：已送达", "纸电图书荐购：已批准"}
    assert found.unread == 2
    assert Delivery.objects.filter(state="waiting").count() == 2
    assert not outbox.is_due(site)
    assert messages.inbox(site, LIN).total == 0
