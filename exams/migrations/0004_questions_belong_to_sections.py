"""After the move, in a migration of its own: PostgreSQL changes no table that has rows waiting for their checks."""

import django.db.models.deletion
from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [("exams", "0003_questions_into_versions")]

    operations = [
        migrations.AlterModelOptions(name="question", options={"ordering": ["section", "position", "pk"]}),
        migrations.RemoveField(model_name="question", name="exam"),
        migrations.AlterField(
            model_name="question",
            name="section",
            field=models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name="questions", to="exams.section"),
        ),
        migrations.AlterField(
            model_name="attempt",
            name="version",
            field=models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name="attempts", to="exams.examversion"),
        ),
    ]
