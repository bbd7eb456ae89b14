"""Only words: the database stays as it is."""

from __future__ import annotations

from django.db import migrations


class Migration(migrations.Migration):
    dependencies = [("exams", "0015_exams_say_which_attempt_counts")]

    operations = [
        migrations.AlterModelOptions(name="apitoken", options={"ordering": ["-created_at"], "verbose_name": "API key"}),
        migrations.AlterModelOptions(
            name="membership", options={"ordering": ["institution", "role", "user"], "verbose_name": "role"}
        ),
        migrations.AlterModelOptions(
            name="rosterimport", options={"ordering": ["-created_at"], "verbose_name": "roster"}
        ),
        migrations.AlterModelOptions(name="user", options={"verbose_name": "person", "verbose_name_plural": "people"}),
        migrations.AlterModelOptions(
            name="webhookdelivery",
            options={"ordering": ["-created_at"], "verbose_name": "delivery", "verbose_name_plural": "deliveries"},
        ),
        migrations.AlterModelOptions(
            name="webhookendpoint", options={"ordering": ["institution", "url"], "verbose_name": "webhook"}
        ),
    ]
