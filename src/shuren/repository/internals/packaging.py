"""The files of a version: tables as CSV and Parquet, and what describes them.

datapackage.json follows the Data Package standard (datapackage.org, tabular profile), datacite.json
and datacite.xml the DataCite metadata schema 4, SHA256SUMS the form that `sha256sum -c` reads.
"""

import hashlib
import io
import json
import zipfile
from typing import Any
from xml.etree import ElementTree

from shuren.data import queries as data
from shuren.data.contract_shapes import MEDIA_TYPES
from shuren.kernel.i18n import pick
from shuren.repository.internals.making import Made, MadePart
from shuren.repository.shapes import Dataset, Field, File, Licence, Version

CSV, PARQUET = MEDIA_TYPES["csv"], MEDIA_TYPES["parquet"]
XML, PLAIN, ZIP = "application/xml", "text/plain", "application/zip"
SUMS, SCHEMA = "SHA256SUMS", "http://datacite.org/schema/kernel-4"
_MEDIA = {**MEDIA_TYPES, "xml": XML, "zip": ZIP}
_TYPES = {
    "VARCHAR": "string", "BIGINT": "integer", "INTEGER": "integer", "HUGEINT": "integer",
    "DOUBLE": "number", "BOOLEAN": "boolean", "DATE": "date", "TIMESTAMP": "datetime",
}  # fmt: skip
_LANGUAGES = {"zh": "zh-Hans", "en": "en"}


def tables(made: Made) -> dict[str, tuple[bytes, str]]:
    """{file name: (content, part)} of every part, as CSV and as Parquet."""
    found: dict[str, tuple[bytes, str]] = {}
    for part in made.parts:
        types = [field.type for field in part.about.fields]
        name = part.about.name
        forms = {"csv": data.as_csv(part.table), "parquet": data.as_parquet(part.table, types)}
        found |= {f"{name}.{form}": (content, name) for form, content in forms.items()}
    return found


def files_of(contents: dict[str, bytes], parts: dict[str, str]) -> tuple[File, ...]:
    return tuple(
        File(
            name,
            len(content),
            hashlib.sha256(content).hexdigest(),
            _MEDIA.get(name.rpartition(".")[2], PLAIN),
            parts.get(name, ""),
        )
        for name, content in contents.items()
    )


def described(
    version: Version, licence: Licence, publisher: dict[str, str], url: str
) -> dict[str, bytes]:
    """{file name: content} of what describes the tables of a version.

    url  where the version is found
    """
    metadata = datacite(version, licence, publisher, url)
    package = datapackage(version, licence, publisher, url)
    return {
        "datapackage.json": _json(package),
        "datacite.json": _json(metadata),
        "datacite.xml": datacite_xml(metadata),
        "LICENCE.txt": licence_text(licence, version).encode(),
    }


def sums(contents: dict[str, bytes]) -> bytes:
    lines = [f"{hashlib.sha256(one).hexdigest()}  {name}\n" for name, one in contents.items()]
    return "".join(lines).encode()


def zipped(contents: dict[str, bytes]) -> bytes:
    """All files in one, alike to the byte whenever it is made."""
    held = io.BytesIO()
    with zipfile.ZipFile(held, "w", zipfile.ZIP_DEFLATED) as made:
        for name, content in contents.items():
            entry = zipfile.ZipInfo(name, (1980, 1, 1, 0, 0, 0))
            entry.compress_type = zipfile.ZIP_DEFLATED
            made.writestr(entry, content)
    return held.getvalue()


def datapackage(
    version: Version, licence: Licence, publisher: dict[str, str], url: str
) -> dict[str, Any]:
    return {
        "$schema": "https://datapackage.org/profiles/1.0/datapackage.json",
        "name": version.dataset.replace("_", "-"),
        "id": version.identifier,
        "title": pick(version.title, "zh"),
        "description": f"{version.description['zh']}\n\n{version.description['en']}",
        "homepage": url,
        "version": str(version.number),
        "created": version.at.isoformat(),
        "keywords": [*version.keywords["zh"], *version.keywords["en"]],
        "licenses": [
            {"name": licence.id, "path": licence.url, "title": pick(licence.title, "en")}
        ],
        "contributors": [{"title": publisher["zh"], "role": "publisher"}],
        "resources": [
            {
                "name": part.name.replace("_", "-"),
                "path": f"{part.name}.csv",
                "profile": "tabular-data-resource",
                "title": pick(part.title, "zh"),
                "format": "csv",
                "mediatype": CSV,
                "encoding": "utf-8",
                "hash": "sha256:" + next(f.sha256 for f in version.files
                                         if f.name == f"{part.name}.csv"),
                "bytes": next(f.bytes for f in version.files if f.name == f"{part.name}.csv"),
                "schema": {"fields": [_field(one) for one in part.fields], "missingValues": [""]},
            }
            for part in version.parts
        ],
    }  # fmt: skip


def _field(field: Field) -> dict[str, Any]:
    made = {"name": field.name, "type": _TYPES.get(field.type, "any")}
    made |= {"title": pick(field.title, "zh"), "description": pick(field.title, "en")}
    return made | ({"unit": field.unit} if field.unit else {})


def datacite(
    version: Version, licence: Licence, publisher: dict[str, str], url: str
) -> dict[str, Any]:
    """As DataCite's JSON; an identifier that is no DOI says so by its type."""
    day = f"{version.at:%Y-%m-%d}"
    kind = "DOI" if version.identifier.startswith("10.") else "Local"
    dates = [{"date": day, "dateType": "Issued"}]
    if version.begin:
        dates.append({"date": f"{version.begin}/{version.end}", "dateType": "Coverage"})
    related = []
    if version.number > 1:
        before = f"{version.identifier.rpartition('.v')[0]}.v{version.number - 1}"
        related = [
            {"relatedIdentifier": before, "relatedIdentifierType": "DOI",
             "relationType": "IsNewVersionOf"}
        ] if kind == "DOI" else []  # fmt: skip
    return {
        "schemaVersion": SCHEMA,
        "identifiers": [{"identifier": version.identifier, "identifierType": kind}],
        "creators": [{"name": publisher["zh"], "nameType": "Organizational"}],
        "titles": [
            {"title": version.title["zh"], "lang": _LANGUAGES["zh"]},
            {"title": version.title["en"], "lang": "en", "titleType": "TranslatedTitle"},
        ],
        "publisher": {"name": publisher["zh"]},
        "publicationYear": day[:4],
        "types": {"resourceType": "Dataset", "resourceTypeGeneral": "Dataset"},
        "subjects": [
            {"subject": word, "lang": _LANGUAGES[language]}
            for language, words in version.keywords.items()
            for word in words
        ],
        "dates": dates,
        "language": _LANGUAGES["zh"],
        "version": str(version.number),
        "formats": [CSV, PARQUET],
        "rightsList": [
            {
                "rights": pick(licence.title, "en"),
                "rightsUri": licence.url,
                "rightsIdentifier": licence.id,
                "rightsIdentifierScheme": "SPDX",
                "schemeUri": "https://spdx.org/licenses/",
            }
        ],
        "descriptions": [
            {"description": text, "descriptionType": "Abstract", "lang": _LANGUAGES[language]}
            for language, text in version.description.items()
        ],
        "relatedIdentifiers": related,
        "url": url,
    }


def datacite_xml(content: dict[str, Any]) -> bytes:
    """The same as XML."""
    ElementTree.register_namespace("", SCHEMA)
    root = ElementTree.Element(f"{{{SCHEMA}}}resource")

    def add(parent: Any, name: str, text: str = "", **attributes: str) -> Any:
        lang = attributes.pop("lang", "")
        made = ElementTree.SubElement(parent, f"{{{SCHEMA}}}{name}", attributes)
        if lang:
            made.set("{http://www.w3.org/XML/1998/namespace}lang", lang)
        if text:
            made.text = text
        return made

    first = content["identifiers"][0]
    add(root, "identifier", first["identifier"], identifierType=first["identifierType"])
    creator = add(add(root, "creators"), "creator")
    add(creator, "creatorName", content["creators"][0]["name"], nameType="Organizational")
    titles = add(root, "titles")
    for one in content["titles"]:
        kind = {"titleType": one["titleType"]} if "titleType" in one else {}
        add(titles, "title", one["title"], lang=one["lang"], **kind)
    add(root, "publisher", content["publisher"]["name"])
    add(root, "publicationYear", content["publicationYear"])
    add(root, "resourceType", "Dataset", resourceTypeGeneral="Dataset")
    subjects = add(root, "subjects")
    for one in content["subjects"]:
        add(subjects, "subject", one["subject"], lang=one["lang"])
    dates = add(root, "dates")
    for one in content["dates"]:
        add(dates, "date", one["date"], dateType=one["dateType"])
    add(root, "language", content["language"])
    if content["relatedIdentifiers"]:
        related = add(root, "relatedIdentifiers")
        for one in content["relatedIdentifiers"]:
            kinds = {"relatedIdentifierType": one["relatedIdentifierType"]}
            kinds["relationType"] = one["relationType"]
            add(related, "relatedIdentifier", one["relatedIdentifier"], **kinds)
    formats = add(root, "formats")
    for one in content["formats"]:
        add(formats, "format", one)
    add(root, "version", content["version"])
    rights = content["rightsList"][0]
    add(
        add(root, "rightsList"), "rights", rights["rights"], rightsURI=rights["rightsUri"],
        rightsIdentifier=rights["rightsIdentifier"], rightsIdentifierScheme="SPDX",
        schemeURI=rights["schemeUri"],
    )  # fmt: skip
    descriptions = add(root, "descriptions")
    for one in content["descriptions"]:
        add(descriptions, "description", one["description"], descriptionType="Abstract",
            lang=one["lang"])  # fmt: skip
    ElementTree.indent(root)
    return bytes(ElementTree.tostring(root, encoding="utf-8", xml_declaration=True))


def licence_text(licence: Licence, version: Version) -> str:
    lines = [f"{version.title['zh']} / {version.title['en']}", version.identifier, ""]
    for language in ("zh", "en"):
        lines += [licence.title[language], *(f"- {one}" for one in licence.summary[language]), ""]
    return "\n".join([*lines, licence.url, ""])


def differs(made: Made, before: Version | None) -> bool:
    """Whether the tables say something else than a version's."""
    if before is None:
        return True
    sums = {file.name: file.sha256 for file in before.files}
    return any(
        sums.get(f"{part.about.name}.csv") != hashlib.sha256(data.as_csv(part.table)).hexdigest()
        for part in made.parts
    ) or len(made.parts) != len(before.parts)


def first_rows(part: MadePart, count: int) -> list[tuple[Any, ...]]:
    return part.table.rows[:count]


def declared(dataset: Dataset) -> dict[str, Any]:
    """What a version keeps of how its dataset was declared."""
    names = ("title", "description", "owner", "contact", "licence", "access", "training")
    more = ("training_reason", "anonymity", "keywords")
    return {name: getattr(dataset, name) for name in (*names, *more)}


def _json(content: Any) -> bytes:
    return json.dumps(content, ensure_ascii=False, indent=2).encode()
