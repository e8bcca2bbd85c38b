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

from shuren.data.queries import receipts
from shuren.insight.definitions import indicators
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
FEW = settings(QUICK, max_examples=2)


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


def fuzz(operation, key, also, place=None, how=QUICK):
    """place  {part of the path: value} instead of generated ones"""

    @how
    @given(case=operation.as_strategy())
    def one(case):
        case.path_parameters.update(place or {})
        headers = {"Host": "localhost"} | ({"Authorization": f"Bearer {key}"} if key else {})
        answer = case.call(headers=headers)
        case.validate_response(answer, checks=CHECKS)
        also(answer)

    one()


def doors(schema, library):
    """(operation, a place behind it that is really there, the scope that opens it) for every
    operation that needs a scope; tables of either layer."""
    load = receipts(library)[0].id
    behind = {
        "/catalogue/{table}": [{"table": "conformed.title"}],
        "/marts/{table}": [{"table": "conformed.title"}, {"table": "mart.title_availability"}],
        "/marts/{table}/summary": [{"table": "conformed.title"}, {"table": "mart.loan_fact"}],
        "/figures/{id}": [{"id": "loans_by_month"}],
        "/indicators/{id}": [{"id": next(iter(indicators(library)))}],
        "/lineage/{direction}/{id}": [{"direction": "upstream", "id": "conformed.title"}],
        "/loads/{id}": [{"id": load}],
    }
    for operation in cases_of(schema):
        needed = operation.definition.raw["x-scope"]
        path = operation.path.removeprefix("/api/v1")
        for place in behind.get(path, [{}]) if needed else ():
            yield operation, place, needed.format(**place)


def test_no_request_is_a_fault_and_every_answer_is_in_the_document(schema, program):
    key = program().key
    walked = [fuzz(operation, key, lambda _answer: None) for operation in cases_of(schema)]
    assert len(walked) >= 12


def opens(scope, needed):
    """Whether a key of one scope gets through: its own, or all tables of a layer."""
    return scope == needed or needed.startswith(f"{scope}.")


@pytest.mark.parametrize("scope", [*EVERYTHING, "marts:read:conformed.title", ""])
def test_no_request_reaches_beyond_its_scope(schema, program, library, scope):
    """Every operation is asked for something that is there, with whatever parameters; without a
    key (scope "") nothing is told apart."""
    key = program([scope]).key if scope else ""
    shut = 0
    for operation, place, needed in doors(schema, library):
        if opens(scope, needed):
            continue
        shut += 1

        def is_refused(answer):
            # 400 is said before anything is looked up: to a key in the address
            assert answer.status_code in ((400, 403) if scope else (400, 401))

        fuzz(operation, key, is_refused, place, FEW)
    assert shut >= 10


def test_what_the_other_test_is_refused_is_really_there(schema, program, library):
    """Or a refusal would say nothing. Each door by a key of its own scope alone."""
    keys = {}
    for operation, place, needed in doors(schema, library):
        if needed not in keys:
            keys[needed] = program([needed])
        path = operation.path.removeprefix("/api/v1").format(**place)
        query = {"measure": "n=count"} if path.endswith("/summary") else {}
        assert keys[needed].get(path, query).status_code == 200, path
