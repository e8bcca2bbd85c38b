"""How a version is cited: GB/T 7714-2015 and BibTeX; and as schema.org describes a dataset."""

from datetime import date
from typing import Any

from shuren.kernel.i18n import current_language, pick
from shuren.repository.internals.packaging import CSV, PARQUET
from shuren.repository.shapes import OPEN, Licence, Version

_LATEX = {"\\": r"\textbackslash{}", "{": r"\{", "}": r"\}", "%": r"\%", "&": r"\&", "#": r"\#",
          "_": r"\_", "$": r"\$"}  # fmt: skip


def gb7714(version: Version, publisher: dict[str, str], url: str, today: date) -> str:
    """Clause 4.6 of GB/T 7714-2015, an electronic resource; DS/OL is a data set online."""
    name, title = pick(publisher), pick(version.title)
    edition = f"v{version.number}"
    day = f"{version.at:%Y-%m-%d}"
    return f"{name}. {title}: {edition}[DS/OL]. ({day})[{today.isoformat()}]. {url}."


def bibtex(version: Version, publisher: dict[str, str], url: str) -> str:
    name, title = pick(publisher), pick(version.title)
    lines = {
        "author": f"{{{_latex(name)}}}",
        "title": f"{{{_latex(title)}}}",
        "year": f"{version.at:%Y}",
        "version": str(version.number),
        "publisher": f"{{{_latex(name)}}}",
        "url": url,
        "note": _latex(f"{version.identifier}; {version.licence}"),
    }
    body = ",\n".join(f"  {key} = {{{value}}}" for key, value in lines.items())
    return f"@misc{{{version.dataset}_v{version.number},\n{body}\n}}"


def json_ld(
    version: Version, licence: Licence, publisher: dict[str, str], url: str
) -> dict[str, Any]:
    """schema.org/Dataset, for those who look for data with a search engine."""
    made = {
        "@context": "https://schema.org/",
        "@type": "Dataset",
        "name": pick(version.title),
        "description": pick(version.description),
        "identifier": version.identifier,
        "url": url,
        "version": str(version.number),
        "datePublished": f"{version.at:%Y-%m-%d}",
        "inLanguage": current_language(),
        "isAccessibleForFree": True,
        "license": licence.url,
        "keywords": version.keywords[current_language()[:2]],
        "creator": {"@type": "Organization", "name": pick(publisher)},
        "publisher": {"@type": "Organization", "name": pick(publisher)},
        "variableMeasured": [
            {"@type": "PropertyValue", "name": field.name, "description": pick(field.title)}
            for part in version.parts
            for field in part.fields
        ],
    }
    if version.begin:
        made["temporalCoverage"] = f"{version.begin}/{version.end}"
    if version.access == OPEN and version.withdrawn is None:
        made["distribution"] = [
            {"@type": "DataDownload", "name": file.name, "encodingFormat": file.media_type,
             "contentSize": str(file.bytes), "sha256": file.sha256, "contentUrl": f"{url}#files"}
            for file in version.files if file.media_type in (CSV, PARQUET)
        ]  # fmt: skip
    return made


def _latex(text: str) -> str:
    return "".join(_LATEX.get(sign, sign) for sign in text)
