"""Every institution there is gets the four presets, as the built-in values were when this ran."""

from dataclasses import asdict

from django.db import migrations

from proctoring.presets import BUILT_IN


def make_presets(apps, schema_editor):
    Institution = apps.get_model("exams", "Institution")
    Preset = apps.get_model("proctoring", "PolicyPreset")
    Rule = apps.get_model("proctoring", "PresetRule")
    # What the built-in values learn later has no column yet.
    columns = {field.name for field in Preset._meta.get_fields()}
    rule_columns = {field.name for field in Rule._meta.get_fields()}
    for institution in Institution.objects.order_by("pk"):
        for built_in in BUILT_IN.values():
            values = {name: value for name, value in built_in.fields.items() if name in columns}
            preset = Preset.objects.create(
                institution=institution, slug=built_in.slug, name=built_in.name, **values
            )
            for rule in built_in.rules.values():
                row = {name: value for name, value in asdict(rule).items() if name in rule_columns}
                Rule.objects.create(preset=preset, **row)


class Migration(migrations.Migration):

    dependencies = [("proctoring", "0004_policy_presets_and_accommodations")]

    operations = [migrations.RunPython(make_presets, migrations.RunPython.noop)]
