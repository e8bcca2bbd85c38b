"""What the demo library's licences would say, as definitions of its site: invented, like its
titles; no real licence says so."""

from pathlib import Path

from shuren.kernel.files import write_atomically

# id → (title, title in English, provider, package, kinds of reader, copies, walk-in)
TERMS = {
    "cnki-journals": ("期刊库（演示）", "Journals (demo)", "CNKI", "AcademicJournals",
                      "student, faculty, department, alumni", "allowed", "false"),
    "sciencedirect": ("西文期刊（演示）", "Journals (demo)", "ScienceDirect", "FreedomCollection",
                      "student, faculty, department", "allowed", "false"),
    "springer-books": ("西文图书（演示）", "E-books (demo)", "SpringerLink", "eBooks",
                       "student, faculty, department", "forbidden", "true"),
}  # fmt: skip


def write_licence_terms(folder: Path) -> None:
    """One file a licence; files that are there already stay as they are."""
    for id, (title, english, provider, package, readers, copies, walk_in) in TERMS.items():
        path = folder / f"{id}.yaml"
        if path.exists():
            continue
        lines = (
            f"id: {id}",
            f"title: {{zh: {title}, en: {english}}}",
            f"provider: {provider}",
            f"packages: [{package}]",
            f"readers: [{readers}]",
            f"copies: {copies}",
            f"walk_in: {walk_in}",
            "source: 演示，虚构 invented for the demo",
        )
        write_atomically(path, ("\n".join(lines) + "\n").encode())
