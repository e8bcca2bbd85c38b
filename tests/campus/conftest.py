"""The demo university at full size, generated once for all tests of this room."""

import json
from pathlib import Path
from types import SimpleNamespace

import numpy as np
import pytest

from shuren.campus.actions import write_campus
from shuren.campus.catalogue import make_catalogue
from shuren.campus.lending import LOANS, lend
from shuren.campus.people import make_readers
from shuren.campus.university import CALENDAR, FIRST_DAY, LAST_DAY, colleges
from shuren.kernel.calendar import load_calendar
from shuren.kernel.shapes import no_progress


@pytest.fixture(scope="session")
def world():
    """Readers, catalogue and loans as objects: .readers .catalogue .loans .calendar"""
    rng = np.random.default_rng(7)
    calendar, houses = load_calendar(None, CALENDAR), colleges()
    readers, catalogue = make_readers(houses, 1.0, rng), make_catalogue(1.0, rng)
    span = (FIRST_DAY, LAST_DAY)
    loans = lend(readers, catalogue, houses, calendar, span, LOANS, rng, no_progress)
    return SimpleNamespace(
        colleges=houses, readers=readers, catalogue=catalogue, loans=loans, calendar=calendar
    )


@pytest.fixture(scope="session")
def exports(tmp_path_factory) -> Path:
    """The folder write_campus fills, at a twentieth of the size."""
    folder = tmp_path_factory.mktemp("exports")
    write_campus(folder, scale=0.05)
    return folder


@pytest.fixture(scope="session")
def truth(exports):
    return json.loads((exports / "truth.json").read_text("utf-8"))
