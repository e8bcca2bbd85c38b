"""Cases are handed over to other desks; staff keep views of the desk's list."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("service", "0017_use_rising"),
    ]

    operations = [
        migrations.AddField(
            model_name="case",
            name="desk",
            field=models.CharField(blank=True, default="", max_length=60),
        ),
        migrations.AddIndex(
            model_name="case",
            index=models.Index(
                condition=models.Q(("desk", ""), _negated=True), fields=["desk"], name="case_desk"
            ),
        ),
        migrations.CreateModel(
            name="DeskView",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("account", models.CharField(max_length=150)),
                ("name", models.CharField(max_length=60)),
                ("asked", models.JSONField(default=dict)),
                ("saved_at", models.DateTimeField()),
            ],
            options={
                "constraints": [
                    models.UniqueConstraint(fields=("account", "name"), name="view_named_once")
                ],
            },
        ),
    ]
