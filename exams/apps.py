from django.apps import AppConfig


class ExamsConfig(AppConfig):
    name = "exams"
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self) -> None:
        from exams import frozen  # noqa: F401 (its receivers guard published questions)
        from exams.accounts import receivers  # noqa: F401 (second factors that were shown, and codes that were wrong)
