from django.apps import AppConfig


class ProctoringConfig(AppConfig):
    name = "proctoring"
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self) -> None:
        from proctoring.services import attempt_time  # noqa: F401 (its receivers keep the log of an attempt's time)
