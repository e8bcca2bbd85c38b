"""Writes a model of its own into a site."""

from shuren.kernel.site import Site

_FRONT = """/*
id: {id}
title: {{zh: {id}, en: {id}}}
description: {{zh: {id}, en: {id}}}
grain: {{zh: 一行, en: a row}}
data_class: operations
key: [{key}]
columns:
{columns}
*/
{sql}
"""


def put_model(site: Site, id: str, sql: str, columns: dict[str, str], layer: str = "mart") -> None:
    """columns  {name: SQL type}; the first is the key"""
    lines = "\n".join(
        f"  {name}: {{type: {type_}, class: 2, title: {{zh: {name}, en: {name}}}}}"
        for name, type_ in columns.items()
    )
    path = site.definitions / "models" / layer / f"{id}.sql"
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(_FRONT.format(id=id, key=next(iter(columns)), columns=lines, sql=sql), "utf-8")
