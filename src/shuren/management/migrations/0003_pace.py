from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("management", "0002_voice"),
    ]

    operations = [
        migrations.CreateModel(
            name="PaceBucket",
            fields=[
                ("key", models.CharField(max_length=64, primary_key=True, serialize=False)),
                ("left", models.FloatField()),
                ("at", models.DateTimeField(db_index=True)),
            ],
        ),
        migrations.CreateModel(
            name="PaceKey",
            fields=[
                ("day", models.DateField(primary_key=True, serialize=False)),
                ("secret", models.BinaryField()),
            ],
        ),
    ]
