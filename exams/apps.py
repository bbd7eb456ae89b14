from django.apps import AppConfig


class ExamsConfig(AppConfig):
    name = "exams"
    verbose_name = "Exams and people"  # the first of the admin's breadcrumbs; “Exams” is what follows it there
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self) -> None:
        from exams import frozen  # noqa: F401 (its receivers guard published questions)
        from exams.accounts import checks, receivers  # noqa: F401 (what is deployed, and what becomes of codes)
