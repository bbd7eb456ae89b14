from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('proctoring', '0011_pictures_wait_for_the_storage'),
    ]

    operations = [
        migrations.AlterField(
            model_name='session',
            name='ended_by',
            field=models.CharField(blank=True, choices=[('candidate', 'Candidate finished'), ('proctor', 'Stopped by a proctor'), ('deadline', 'Time was up'), ('replay', 'Clip ended'), ('consent', 'Consent withdrawn; the exam goes on unwatched')], max_length=16),
        ),
    ]
