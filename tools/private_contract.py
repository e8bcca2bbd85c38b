"""An import-linter contract: what a room keeps in `models` and `internals` is its own.

The built-in kinds want every module named; this one holds for rooms yet to be filled.
"""

from typing import Any

from grimp import ImportGraph
from importlinter import Contract, ContractCheck, fields, output


class PrivateContract(Contract):
    """`shuren.<room>.<private name>…` may be imported only from within `shuren.<room>`."""

    type_name = "private"

    private_names = fields.ListField(subfield=fields.StringField())

    def check(self, graph: ImportGraph, verbose: bool) -> ContractCheck:
        private = set(self.private_names)  # type: ignore[call-overload]
        broken: list[tuple[str, str, Any]] = []
        for imported in sorted(graph.modules):
            parts = imported.split(".")
            if parts[0] != "shuren" or len(parts) < 3 or parts[2] not in private:
                continue
            room = ".".join(parts[:2])
            for importer in sorted(graph.find_modules_that_directly_import(imported)):
                if importer != room and not importer.startswith(room + "."):
                    details = graph.get_import_details(importer=importer, imported=imported)
                    broken.append((importer, imported, details[0]["line_number"]))
        return ContractCheck(kept=not broken, metadata={"broken": broken})

    def render_broken_contract(self, check: ContractCheck) -> None:
        for importer, imported, line in check.metadata["broken"]:
            output.print_error(f"{importer} line {line} imports {imported}, which is private.")
            output.new_line()
