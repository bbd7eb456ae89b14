"""Every exam there is gets its first version, with one section that holds its questions."""

import secrets
import uuid

from django.db import migrations
from django.utils import timezone


def into_versions(apps, schema_editor):
    Exam = apps.get_model("exams", "Exam")
    Question = apps.get_model("exams", "Question")
    Section = apps.get_model("exams", "Section")
    Version = apps.get_model("exams", "ExamVersion")
    for exam in Exam.objects.all():
        # Drafts go on as drafts; whatever was published before is frozen as it is.
        frozen_at = None if exam.state == "draft" and not exam.attempts.exists() else timezone.now()
        version = Version.objects.create(exam=exam, number=1, frozen_at=frozen_at)
        section = Section.objects.create(version=version, position=1)
        Question.objects.filter(exam=exam).update(section=section)
        exam.attempts.update(version=version)
    for question in Question.objects.all():
        # One default value was given to all rows there were.
        question.uid = uuid.uuid4()
        if question.kind == "text":
            question.kind = "essay"
        question.save(update_fields=["uid", "kind"])
    for attempt in apps.get_model("exams", "Attempt").objects.all():
        attempt.seed = secrets.token_hex(8)
        attempt.save(update_fields=["seed"])


class Migration(migrations.Migration):

    dependencies = [("exams", "0002_versions_sections_and_more")]

    operations = [
        migrations.RunPython(into_versions, migrations.RunPython.noop),
    ]
