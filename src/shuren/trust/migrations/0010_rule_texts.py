"""The texts of rules that hold. A library that was here before keeps its own files as they are."""

from typing import Any

from django.conf import settings
from django.db import migrations, models

from shuren.kernel.definitions import find_definitions
from shuren.trust.internals.in_force import fingerprint_of


def adopt(apps: Any, _schema: Any) -> None:
    """What the site's files say was in force until now, so it goes on; an upgrade stops nobody.

    A new library has nothing to go on with: there the first file waits for approval as any other.
    """
    site = getattr(settings, "SITE", None)
    if site is None or not apps.get_model("trust", "LedgerEntry").objects.exists():
        return
    texts = apps.get_model("trust", "RuleText")
    for kind in ("purposes", "roles"):
        for id, file in find_definitions(kind, site).items():
            if file.local:
                said = file.path.read_bytes()
                texts.objects.create(
                    kind=kind, name=id, fingerprint=fingerprint_of(said), text=said.decode("utf-8")
                )


class Migration(migrations.Migration):
    dependencies = [
        ("trust", "0009_surrogates"),
    ]

    operations = [
        migrations.CreateModel(
            name="RuleText",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("kind", models.CharField(max_length=20)),
                ("name", models.CharField(max_length=80)),
                ("fingerprint", models.CharField(max_length=32)),
                ("text", models.TextField()),
                ("entry", models.PositiveBigIntegerField(default=0)),
            ],
            options={
                "indexes": [models.Index(fields=["kind", "name"], name="rule_text_by_name")],
            },
        ),
        migrations.RunPython(adopt, migrations.RunPython.noop),
    ]
