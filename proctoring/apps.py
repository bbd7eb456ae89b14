from django.apps import AppConfig


class ProctoringConfig(AppConfig):
    name = "proctoring"
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self) -> None:
        # Their receivers: the log of an attempt's time, and the policy of an exam that is copied.
        from proctoring.services import attempt_time, exam_copies  # noqa: F401
