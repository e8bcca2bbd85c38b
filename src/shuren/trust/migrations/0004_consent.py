from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("trust", "0003_ledger"),
    ]

    operations = [
        migrations.CreateModel(
            name="Consent",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("pseudonym", models.CharField(max_length=28)),
                ("purpose", models.CharField(max_length=40)),
                ("version", models.PositiveIntegerField()),
                ("text", models.CharField(max_length=64)),
                ("is_given", models.BooleanField()),
                ("changed_at", models.DateTimeField()),
            ],
            options={
                "indexes": [models.Index(fields=["purpose", "is_given"], name="consent_givers")],
                "constraints": [
                    models.UniqueConstraint(
                        fields=("pseudonym", "purpose"), name="one_word_a_purpose"
                    )
                ],
            },
        ),
        migrations.CreateModel(
            name="NoProfile",
            fields=[
                (
                    "pseudonym",
                    models.CharField(max_length=28, primary_key=True, serialize=False),
                ),
                ("why", models.CharField(max_length=40)),
                ("since", models.DateTimeField()),
            ],
        ),
    ]
