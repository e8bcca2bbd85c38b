"""Requests that a generator makes from the API's own document: no fault of ours, no answer that
the document does not promise, and nothing beyond the key's scope."""

import pytest
import schemathesis
from django.core.signals import request_finished, request_started
from django.db import close_old_connections
from hypothesis import HealthCheck, Phase, given, settings
from schemathesis.specs.openapi.checks import (
    content_type_conformance,
    response_schema_conformance,
    status_code_conformance,
)

from shuren.web.api.document import document
from shuren.web.wsgi import application
from tests.web.api_tools import EVERYTHING
from tests.web.api_tools import program as program

CHECKS = [
    schemathesis.checks.not_a_server_error,
    status_code_conformance,
    content_type_conformance,
    response_schema_conformance,
]
QUICK = settings(
    max_examples=8,
    derandomize=True,
    database=None,
    deadline=None,
    phases=[Phase.generate],
    suppress_health_check=list(HealthCheck),
)


@pytest.fixture
def schema():
    """Its requests pass the WSGI door; what happens there between requests would end the test's
    own transaction."""
    signals = (request_started, request_finished)
    for signal in signals:
        signal.disconnect(close_old_connections)
    yield _loaded()
    for signal in signals:
        signal.connect(close_old_connections)


def _loaded():
    loaded = schemathesis.openapi.from_dict(document())
    loaded.app = application
    return loaded


def cases_of(schema):
    for result in schema.get_all_operations():
        yield result.ok()


def fuzz(operation, key, also):
    @QUICK
    @given(case=operation.as_strategy())
    def one(case):
        headers = {"Authorization": f"Bearer {key}", "Host": "localhost"}
        answer = case.call(headers=headers)
        case.validate_response(answer, checks=CHECKS)
        also(answer)

    one()


def test_no_request_is_a_fault_and_every_answer_is_in_the_document(schema, program):
    key = program().key
    walked = [fuzz(operation, key, lambda _answer: None) for operation in cases_of(schema)]
    assert len(walked) >= 12


@pytest.mark.parametrize("scope", ["loads:read", "marts:read:conformed.title"])
def test_no_request_reaches_beyond_its_scope(schema, program, scope):
    assert scope.split(".")[0] in {one.split(".")[0] for one in EVERYTHING}
    key = program([scope]).key
    for operation in cases_of(schema):
        needed = operation.definition.raw["x-scope"]
        if not needed or needed.split("{")[0] in scope:
            continue

        def is_refused(answer):
            assert answer.status_code in (400, 401, 403, 404, 405)

        fuzz(operation, key, is_refused)
