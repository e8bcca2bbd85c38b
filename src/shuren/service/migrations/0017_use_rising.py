from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("service", "0016_desk_and_tries"),
    ]

    operations = [
        migrations.AddField(
            model_name="booking",
            name="is_risen",
            field=models.BooleanField(default=False),
        ),
        migrations.AddField(
            model_name="event",
            name="risen",
            field=models.IntegerField(default=-1),
        ),
        migrations.AddField(
            model_name="giftthanks",
            name="is_risen",
            field=models.BooleanField(default=False),
        ),
    ]
