"""Programs that come with a key."""

from dataclasses import dataclass

import pytest

from shuren.kernel.shapes import Actor
from shuren.trust.actions import create_api_key

OPERATOR = Actor("cli:test", "administrator")
EVERYTHING = (
    "catalogue:read",
    "figures:read",
    "indicators:read",
    "loads:read",
    "lineage:read",
    "marts:read:mart",
    "marts:read:conformed",
)
PURPOSES = ("public_information", "data_exchange", "library_statistics")


@dataclass
class Program:
    """A client that sends its key with every request."""

    client: object
    id: str
    key: str

    def get(self, path, query=None, **headers):
        headers = {"Authorization": f"Bearer {self.key}", **headers}
        return self.client.get(f"/api/v1{path}", query or {}, headers=headers)

    def json(self, path, query=None):
        answer = self.get(path, query)
        assert answer.status_code == 200, answer.content.decode()
        return answer.json()


@pytest.fixture
def program(client, library, db):
    """`program(scopes, purposes, …)`; without arguments it may do all that a key can."""

    def make(scopes=EVERYTHING, purposes=PURPOSES, **wanted):
        given = {"per_minute": 100_000, "per_day": 100_000, **wanted}
        name = given.pop("name", f"p{len(made)}")
        id, key = create_api_key(
            name, owner="IT", scopes=scopes, purposes=purposes, created_by=OPERATOR, **given
        )
        made.append(Program(client, id, key))
        return made[-1]

    made = []
    return make
