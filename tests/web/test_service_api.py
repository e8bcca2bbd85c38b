"""The catalogue of services by the API: public, whole, and without anybody in it."""

import pytest
from django.test import Client

from shuren.service.definitions import services
from tests.web.test_service_pages import MORE
from tests.web.test_service_pages import at as at

pytestmark = pytest.mark.django_db


def test_all_services_and_one_need_no_key(at):
    folder = at.definitions / "services"
    folder.mkdir(parents=True)
    (folder / "umbrella.yaml").write_text(MORE, "utf-8")
    found = Client().get("/api/v1/services").json()["services"]
    assert {one["id"] for one in found} == set(services(at)) - {"supervised_task"}
    mine = next(one for one in found if one["id"] == "umbrella")
    assert mine["title"] == {"zh": "借伞", "en": "Umbrellas"}
    assert mine["use_url"].endswith("/services/umbrella/ask/")
    whole = Client().get("/api/v1/services/umbrella").json()
    assert [field["name"] for field in whole["form"]] == ["place"]
    assert whole["steps"][-1]["by"] == "reader"
    assert Client().get("/api/v1/services/no_such").status_code == 404
    assert Client().get("/api/v1/services/supervised_task").status_code == 404
