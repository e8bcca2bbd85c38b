"""Contracts, mappings and models: ours, and the site's, which override ours by id."""

import fnmatch
from functools import lru_cache

from shuren.data.errors import UnknownName
from shuren.data.internals import (
    connector_files,
    contract_files,
    lint,
    mapping_files,
    mapping_text,
    release_files,
    stewards,
    vocabularies,
)
from shuren.data.internals import models as model_files
from shuren.data.internals.contract_files import read_contract
from shuren.data.internals.lint import check_contract
from shuren.data.internals.mapping_files import read_mapping
from shuren.data.internals.models import load_models
from shuren.data.internals.row_rules import check_row_rules
from shuren.data.internals.terms import within_purposes
from shuren.data.internals.vocabularies import headings as headings
from shuren.data.quality import Domain
from shuren.data.shapes import Contract, Mapping, Model
from shuren.data.source import Connector
from shuren.kernel.definitions import DefinitionFile, Key, find_definitions
from shuren.kernel.errors import UsageError
from shuren.kernel.i18n import gettext as _
from shuren.kernel.site import Site
from shuren.trust.definitions import purposes

# Number → what it asks, in both languages. A contract that breaks one loads nothing.
NAMING_RULES: dict[str, dict[str, str]] = lint.NAMING_RULES
# What each kind of file may say: kind → part of the file ("" is its top) → keys.
FORMATS: dict[str, dict[str, dict[str, Key]]] = {
    "contracts": {
        "": contract_files.STANDARD_KEYS,
        "schema.properties": contract_files.STANDARD_FIELD_KEYS,
        "logicalTypeOptions": contract_files.OPTIONS,
        "customProperties": contract_files.CONTRACT_EXTRAS,
        "schema.properties.customProperties": contract_files.FIELD_EXTRAS,
        "rowRules": contract_files.ROW_RULE_KEYS,
    },
    "mappings": {
        "": mapping_files.KEYS,
        "dialect": mapping_files.DIALECT_KEYS,
        "columns.*": mapping_files.COLUMN_KEYS,
    },
    "sources": {"": connector_files.KEYS},
    "stewards": {"": stewards.KEYS},
    "models": {"": model_files.KEYS, "columns.*": model_files.COLUMN_KEYS},
    "releases": {"": release_files.KEYS, "persons, events": release_files.PART_KEYS},
    "vocabularies": {"": vocabularies.KEYS, "classes.*": vocabularies.CLASS_KEYS},
}


releases, release = release_files.releases, release_files.release


def contracts(site: Site | None) -> dict[str, Contract]:
    """All data contracts by id; raises DefinitionError at the first mistake in any."""
    files = find_definitions("contracts", site)
    # Contracts first, so that a mistake in a purpose does not hide one in a contract.
    read = {id: read_contract(file) for id, file in files.items()}
    known = purposes(site)
    return {id: within_purposes(one, known) for id, one in read.items()}


def contract(site: Site | None, id: str) -> Contract:
    """One contract that keeps the naming rules; raises UnknownName, DefinitionError."""
    files = find_definitions("contracts", site)
    if id not in files:
        raise UnknownName(_("contract"), id, list(files))
    checked = _checked(files[id], files[id].stamp())
    return within_purposes(checked, purposes(site))


@lru_cache(maxsize=1_024)
def _checked(file: DefinitionFile, _stamp: tuple[int, int]) -> Contract:
    found = read_contract(file)
    check_contract(found, file.path)
    check_row_rules(found)
    return found


def mappings(site: Site | None) -> dict[str, Mapping]:
    """All mappings by id; raises DefinitionError at the first mistake in any."""
    files = find_definitions("mappings", site)
    known = contracts(site) if files else {}
    return {id: read_mapping(file, known) for id, file in files.items()}


def mapping_for(site: Site | None, contract_id: str, file_name: str, id: str = "") -> Mapping:
    """The mapping named; else the first, by id, whose `files` patterns fit the file's name; else
    the contract's own column names.

    raises  UnknownName if there is no such mapping, UsageError if it is for another contract
    """
    fitting = {key: m for key, m in mappings(site).items() if m.contract == contract_id}
    if id:
        if id in mappings(site) and id not in fitting:
            raise UsageError(
                _(
                    "The mapping %(id)s is for the contract %(other)s, not for %(contract)s.",
                    id=id,
                    other=mappings(site)[id].contract,
                    contract=contract_id,
                ),
                fix=_("Name another mapping, or load by that contract."),
            )
        if id not in fitting:
            raise UnknownName(_("mapping"), id, list(fitting))
        return fitting[id]
    for mapping in fitting.values():
        if any(fnmatch.fnmatch(file_name, pattern) for pattern in mapping.files):
            return mapping
    return Mapping(id="", contract=contract_id)


def mapping_yaml(mapping: Mapping) -> str:
    """A mapping as the file a librarian would write; it is read back to the same mapping."""
    return mapping_text.mapping_yaml(mapping)


def connectors(site: Site | None) -> dict[str, Connector]:
    """All systems that feed the library, by id; raises DefinitionError at the first mistake."""
    files = find_definitions("sources", site)
    if not files:
        return {}
    known, read_by = contracts(site), mappings(site)
    return {id: connector_files.read_connector(file, known, read_by) for id, file in files.items()}


def connector(site: Site | None, id: str) -> Connector:
    """raises UnknownName, DefinitionError"""
    known = connectors(site)
    if id not in known:
        raise UnknownName(_("connector"), id, list(known))
    return known[id]


def domains(site: Site | None) -> dict[str, Domain]:
    """Who answers for which data, by id; raises DefinitionError."""
    return stewards.domains(site)


def models(site: Site | None) -> dict[str, Model]:
    """All models by name (`mart.loan_fact`) in building order; raises ModelError."""
    return load_models(site)
