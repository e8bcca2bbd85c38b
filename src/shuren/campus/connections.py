"""How the demo library's systems would be connected: connector definitions of its site."""

from pathlib import Path

from shuren.kernel.files import write_atomically

# id → (title, title in English, system, file pattern of the drop folder, contract, hours)
FOLDERS = {
    "ils-loans": ("借阅导出", "Loans of the library system", "ils", "loans-*", "loans", 24 * 7),
    "card-readers": ("校园卡名单", "Readers", "cards", "readers-*", "readers", 24 * 31),
    "gate-events": ("门禁通行", "Passages of the gates", "gates", "gate-*", "gate_events", 24),
    "seat-events": ("座位事件", "Events of the seats", "seats", "seat-events*", "seat_events", 24),
    "service-desk": ("服务台", "Service desk", "service_desk", "service-*", "service_cases", 24),
}  # fmt: skip
# Set up but never heard of: the map shows them in red.
SILENT = {
    "rfid-shelves": ("智能书架", "RFID shelves", "rfid", "rfid-*", "seat_events", 24),
    "self-service": ("自助借还机", "Self-service machines", "self_service", "sip2-*", "loans", 24),
}


def write_connections(folder: Path) -> None:
    """One file for each system, reading the drop folder `incoming` of the site; files that are
    there already stay as they are."""
    folder.parent.parent.joinpath("incoming").mkdir(parents=True, exist_ok=True)
    for id, (title, english, system, pattern, contract, hours) in (FOLDERS | SILENT).items():
        path = folder / f"{id}.yaml"
        if path.exists():
            continue
        lines = (
            f"title: {{zh: {title}, en: {english}}}",
            f"system: {system}",
            "source: folder",
            f"contract: {contract}",
            "settings:",
            "  path: incoming",
            f"  pattern: '{pattern}'",
            f"every_hours: {hours}",
        )
        write_atomically(path, ("\n".join(lines) + "\n").encode())
