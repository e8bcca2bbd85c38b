import secrets
from typing import Any

from django.db import migrations, models

BATCH = 2_000
LETTERS = "abcdefghijklmnopqrstuvwxyz234567"


def move_uses(apps: Any, schema_editor: Any) -> None:
    """Lines of the old table become the first entries; the first sealing gives them places."""
    from shuren.trust.internals.old_uses import rows_of

    old, entry, alias = (
        apps.get_model("trust", name) for name in ("UseRecord", "LedgerEntry", "LedgerAlias")
    )
    known: dict[str, str] = {}

    def alias_of(pseudonym: str) -> str:
        if pseudonym not in known:
            name = "s_" + "".join(secrets.choice(LETTERS) for _n in range(26))
            known[pseudonym] = alias.objects.create(pseudonym=pseudonym, alias=name).alias
        return known[pseudonym]

    last = 0
    while lines := list(old.objects.filter(pk__gt=last).order_by("pk")[:BATCH].values()):
        entry.objects.bulk_create(rows_of(lines, alias_of, entry))
        last = lines[-1]["id"]


class Migration(migrations.Migration):
    dependencies = [
        ("trust", "0002_api_keys"),
    ]

    operations = [
        migrations.CreateModel(
            name="LedgerAlias",
            fields=[
                ("pseudonym", models.CharField(max_length=170, primary_key=True, serialize=False)),
                ("alias", models.CharField(max_length=28, unique=True)),
            ],
        ),
        migrations.CreateModel(
            name="LedgerCount",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("table", models.CharField(max_length=80)),
                ("actor", models.CharField(max_length=150)),
                ("role", models.CharField(max_length=40)),
                ("purpose", models.CharField(max_length=40)),
                ("uses", models.BigIntegerField()),
                ("rows", models.BigIntegerField()),
                ("last_at", models.DateTimeField()),
            ],
        ),
        migrations.CreateModel(
            name="LedgerDefinition",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("kind", models.CharField(max_length=20)),
                ("name", models.CharField(max_length=80)),
                ("fingerprint", models.CharField(max_length=64)),
            ],
        ),
        migrations.CreateModel(
            name="LedgerEntry",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("at", models.DateTimeField(db_index=True)),
                ("kind", models.CharField(max_length=20)),
                ("actor", models.CharField(max_length=150)),
                ("role", models.CharField(max_length=40)),
                ("subject", models.CharField(blank=True, max_length=28)),
                ("purpose", models.CharField(blank=True, max_length=40)),
                ("table", models.CharField(blank=True, max_length=80)),
                ("columns", models.TextField(blank=True)),
                ("rows", models.BigIntegerField(default=0)),
                ("detail", models.CharField(blank=True, max_length=200)),
                ("leaf", models.TextField()),
                ("place", models.BigIntegerField(null=True, unique=True)),
            ],
        ),
        migrations.CreateModel(
            name="LedgerHead",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("size", models.BigIntegerField()),
                ("moment", models.BigIntegerField()),
                ("root", models.CharField(max_length=64)),
                ("signature", models.CharField(max_length=128)),
                ("public_key", models.CharField(max_length=64)),
            ],
        ),
        migrations.CreateModel(
            name="LedgerTile",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("level", models.SmallIntegerField()),
                ("number", models.BigIntegerField()),
                ("hashes", models.BinaryField()),
            ],
        ),
        migrations.CreateModel(
            name="LedgerTree",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("size", models.BigIntegerField()),
                ("moment", models.BigIntegerField()),
                ("root", models.CharField(max_length=64)),
                ("signature", models.CharField(max_length=128)),
                ("public_key", models.CharField(max_length=64)),
            ],
            options={
                "abstract": False,
            },
        ),
        migrations.RunPython(move_uses, migrations.RunPython.noop),
        migrations.DeleteModel(
            name="UseRecord",
        ),
        migrations.AddConstraint(
            model_name="ledgercount",
            constraint=models.UniqueConstraint(
                fields=("table", "actor", "role", "purpose"), name="one_count_a_consumer"
            ),
        ),
        migrations.AddConstraint(
            model_name="ledgerdefinition",
            constraint=models.UniqueConstraint(
                fields=("kind", "name"), name="one_fingerprint_a_definition"
            ),
        ),
        migrations.AddIndex(
            model_name="ledgerentry",
            index=models.Index(fields=["kind", "id"], name="ledger_kind"),
        ),
        migrations.AddIndex(
            model_name="ledgerentry",
            index=models.Index(fields=["actor", "id"], name="ledger_actor"),
        ),
        migrations.AddIndex(
            model_name="ledgerentry",
            index=models.Index(fields=["subject", "id"], name="ledger_subject"),
        ),
        migrations.AddIndex(
            model_name="ledgerentry",
            index=models.Index(fields=["table", "id"], name="ledger_table"),
        ),
        migrations.AddConstraint(
            model_name="ledgerhead",
            constraint=models.UniqueConstraint(fields=("size", "root"), name="one_head_a_root"),
        ),
        migrations.AddConstraint(
            model_name="ledgertile",
            constraint=models.UniqueConstraint(fields=("level", "number"), name="one_tile_a_place"),
        ),
        migrations.CreateModel(
            name="UseRecord",
            fields=[],
            options={
                "proxy": True,
                "indexes": [],
                "constraints": [],
            },
            bases=("trust.ledgerentry",),
        ),
    ]
