from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("service", "0023_members"),
    ]

    operations = [
        migrations.AddField(
            model_name="shiftturn",
            name="checks",
            field=models.JSONField(default=dict),
        ),
        migrations.AddField(
            model_name="shiftturn",
            name="is_risen",
            field=models.BooleanField(default=False),
        ),
    ]
