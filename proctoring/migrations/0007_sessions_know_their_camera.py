from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("proctoring", "0006_sessions_know_of_accommodations")]

    operations = [
        migrations.AddField(
            model_name="session",
            name="camera",
            field=models.JSONField(
                blank=True,
                help_text="The camera in use as the browser named it (proctoring.live.camera).",
                null=True,
            ),
        ),
    ]
