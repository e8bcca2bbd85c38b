from django.db import migrations, models
from django.db.models import deletion


class Migration(migrations.Migration):
    dependencies = [
        ("service", "0019_file_links"),
    ]

    operations = [
        migrations.CreateModel(
            name="Shift",
            fields=[
                ("id", models.CharField(max_length=32, primary_key=True, serialize=False)),
                ("roster", models.CharField(blank=True, default="", max_length=60)),
                ("need", models.CharField(blank=True, default="", max_length=60)),
                ("service", models.CharField(max_length=60)),
                ("title", models.JSONField()),
                ("place", models.JSONField()),
                ("day", models.DateField(db_index=True)),
                ("starts_at", models.DateTimeField(db_index=True)),
                ("ends_at", models.DateTimeField()),
                ("people", models.PositiveSmallIntegerField()),
                ("taken", models.PositiveSmallIntegerField(default=0)),
                ("code", models.CharField(max_length=6)),
                ("state", models.CharField(default="open", max_length=8)),
                ("early", models.PositiveSmallIntegerField(default=15)),
                ("missed_at", models.DateTimeField()),
                ("back_hours", models.PositiveSmallIntegerField(default=24)),
                ("missed_most", models.PositiveSmallIntegerField(default=0)),
                ("by_hand", models.BooleanField(default=False)),
                ("changed_at", models.DateTimeField()),
            ],
            options={
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(("taken__lte", models.F("people"))),
                        name="shift_not_overfull",
                    ),
                    models.UniqueConstraint(
                        condition=models.Q(("roster", ""), _negated=True),
                        fields=("roster", "need", "starts_at"),
                        name="shift_opened_once",
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="ShiftHours",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("pseudonym", models.CharField(db_index=True, max_length=28)),
                ("since", models.DateField()),
                ("until", models.DateField()),
                ("seconds", models.PositiveIntegerField()),
                ("code", models.CharField(max_length=16)),
                ("at", models.DateTimeField()),
            ],
            options={
                "constraints": [
                    models.UniqueConstraint(
                        fields=("pseudonym", "since", "until", "seconds"), name="shift_hours_once"
                    )
                ],
            },
        ),
        migrations.CreateModel(
            name="ShiftTurn",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("pseudonym", models.CharField(db_index=True, max_length=28)),
                ("number", models.CharField(max_length=6)),
                ("state", models.CharField(max_length=8)),
                ("offered", models.CharField(blank=True, default="", max_length=4)),
                ("at", models.DateTimeField()),
                ("begun_at", models.DateTimeField(null=True)),
                ("pauses", models.JSONField(default=list)),
                ("spans", models.JSONField(default=list)),
                ("seconds", models.PositiveIntegerField(default=0)),
                ("wrong", models.PositiveSmallIntegerField(default=0)),
                ("reminded", models.BooleanField(default=False)),
                (
                    "shift",
                    models.ForeignKey(
                        on_delete=deletion.CASCADE, related_name="turns", to="service.shift"
                    ),
                ),
            ],
            options={
                "indexes": [models.Index(fields=["state", "shift"], name="shift_turn_state")],
                "constraints": [
                    models.UniqueConstraint(fields=("shift", "pseudonym"), name="shift_turn_once"),
                    models.UniqueConstraint(fields=("shift", "number"), name="shift_turn_number"),
                ],
            },
        ),
    ]
