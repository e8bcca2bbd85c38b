"""Sites to search: the demo catalogue, and real records of ../shared/data where that is there."""

import os
from pathlib import Path

SHARED = Path(__file__).resolve().parents[3] / "shared" / "data"
REAL = (
    "marc21-real/uva/uva_001_2000.mrc",
    "marc21-real/evergreen/jazz_1k.mrc",
    "marc21-real/evergreen/lul_fre_500.mrc",
    "marc21-real/dnb/marc-00000000-00001999.mrc",
    "marc21-real/qa-catalogue/BooksAll.2014.part01-0001.mrc",
    "marc21-real/loc/loc.mrc",
    "cnmarc-samples/derived-iso2709/bnu10_utf8.iso",
)


def start(site):
    os.environ["SHUREN_SITE"] = str(site.root)
    os.environ["DJANGO_SETTINGS_MODULE"] = "shuren.settings"
    import django
    from django.core.management import call_command

    django.setup()
    call_command("migrate", verbosity=0, interactive=False)


def new(folder):
    from shuren.cli.init import make_site

    return make_site(Path(folder), name_zh="评测馆", name_en="Bench")


def demo(folder, scale):
    """The holdings of the demo university, loaded and built."""
    from shuren.campus.actions import write_campus
    from shuren.kernel.shapes import no_progress

    site = new(folder)
    start(site)
    files = write_campus(site.root / "exports", seed=2029, scale=scale, progress=no_progress)
    wanted = ("items", "bib_records", "eholdings")
    load(site, [(one.contract, one.path, one.mapping) for one in files if one.contract in wanted])
    return site


def real(folder):
    """Real MARC records; None where ../shared/data is not there."""
    if not (SHARED / REAL[0]).is_file():
        return None
    site = new(folder)
    start(site)
    files = [SHARED / name for name in REAL if (SHARED / name).is_file()]
    load(site, [("bib_records", path, "") for path in files])
    return site


def load(site, files):
    from shuren.data.actions import build, load_file
    from shuren.data.errors import AlreadyLoaded

    for contract, path, mapping in files:
        try:
            load_file(site, contract, path, actor=operator(), mapping_id=mapping)
        except AlreadyLoaded:
            continue
    build(site, actor=operator())


def operator():
    from shuren.kernel.shapes import Actor

    return Actor("cli:bench", "administrator")


def visitor():
    from shuren.kernel.shapes import Actor

    return Actor("", "anonymous")
