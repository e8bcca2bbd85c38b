"""Datasets and licences as definitions/*.yaml declare them, ours and the site's."""

from functools import cache

from shuren.kernel.definitions import find_definitions
from shuren.kernel.i18n import gettext as _
from shuren.kernel.site import Site
from shuren.repository.errors import UnknownName
from shuren.repository.internals import dataset_files
from shuren.repository.shapes import Dataset, Licence

DATASET_KEYS, PART_KEYS = dataset_files.DATASET_KEYS, dataset_files.PART_KEYS
MEASURE_KEYS, TRAINING_KEYS = dataset_files.MEASURE_KEYS, dataset_files.TRAINING_KEYS
LICENCE_KEYS = dataset_files.LICENCE_KEYS


@cache
def licences(site: Site | None) -> dict[str, Licence]:
    """All licences by SPDX id; raises DefinitionError naming the file and the key."""
    files = find_definitions("licences", site)
    return {id: dataset_files.read_licence(file) for id, file in files.items()}


@cache
def datasets(site: Site | None) -> dict[str, Dataset]:
    """All datasets by id; raises DefinitionError naming the file and the key."""
    files, known = find_definitions("datasets", site), licences(site)
    return {id: dataset_files.read_dataset(file, known) for id, file in files.items()}


def dataset(site: Site | None, id: str) -> Dataset:
    """raises  UnknownName with a suggestion, DefinitionError"""
    known = datasets(site)
    if id not in known:
        raise UnknownName(_("dataset"), id[:80], list(known))
    return known[id]
