from django.apps import AppConfig


class ProctoringConfig(AppConfig):
    name = "proctoring"
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self) -> None:
        # Their receivers: the log of an attempt's time, the policy of an exam that is copied, and what is undecided
        # when results are to be published.
        from proctoring.services import attempt_time, exam_copies, undecided  # noqa: F401
