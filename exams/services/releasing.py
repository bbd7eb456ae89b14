"""Results are shown to candidates when the institution says so, and can be taken back."""

from __future__ import annotations

from collections.abc import Sequence

from django.db import transaction
from django.utils import timezone

from exams import results
from exams.errors import ResultsNotReady
from exams.models import Attempt, Exam, ResultsRelease, User
from exams.services.record import record
from exams.services.webhooks import publish_each
from exams.undecided import undecided
from exams.webhooks.events import WebhookEvent, result_data


@transaction.atomic
def publish_results(*, exam: Exam, by: User, force: bool = False, although_undecided: bool = False) -> Exam:
    """From now on candidates see what the exam lets them see; once more changes nothing.

    Raises ResultsNotReady where nothing was handed in, an attempt could not be marked, answers wait for a person, or
    nothing is decided about somebody (``exams.undecided``). With ``force`` answers that wait are no obstacle, and their
    marks appear as they are given; with ``although_undecided`` the last is none.
    """
    exam = _locked(exam)
    if exam.results_published_at is not None:
        return exam
    handed_in = exam.attempts.filter(state=Attempt.State.SUBMITTED)
    if not handed_in.exists():
        raise ResultsNotReady("Nobody has handed in this exam yet.")
    if unmarked := handed_in.filter(max_score__isnull=True).count():
        raise ResultsNotReady(
            f"{_count(unmarked, 'attempt is', 'attempts are')} not marked yet. Press “Mark again” first."
        )
    waiting = results.waiting(exam).count()
    if waiting and not force:
        raise ResultsNotReady(
            f"{_count(waiting, 'answer still waits', 'answers still wait')} to be marked by a person. "
            "Mark them, or publish all the same."
        )
    open_matters = [one for one in undecided(exam, by) if one.asks]
    if open_matters and not although_undecided:
        said = " ".join(one.sentence for one in open_matters)
        raise ResultsNotReady(f"{said} Look at them first, or publish all the same.")
    exam.results_published_at = timezone.now()
    exam.save(update_fields=["results_published_at"])
    ResultsRelease.objects.create(exam=exam, published=True, by=by, at=exam.results_published_at, waiting=waiting)
    tell(exam, list(handed_in.filter(marked_at__isnull=False)))
    record(exam, by, " ".join([_published(waiting), *(one.sentence for one in open_matters)]))
    return exam


@transaction.atomic
def withdraw_results(*, exam: Exam, by: User) -> Exam:
    """Candidates see no results any more; once more changes nothing."""
    exam = _locked(exam)
    if exam.results_published_at is None:
        return exam
    exam.results_published_at = None
    exam.save(update_fields=["results_published_at"])
    ResultsRelease.objects.create(exam=exam, published=False, by=by, waiting=results.waiting(exam).count())
    record(exam, by, "Withdrew the results.")
    return exam


def tell(exam: Exam, attempts: Sequence[Attempt]) -> None:
    """Have the institution's own systems told of these attempts' results, which candidates see from now on."""
    if attempts:
        publish_each(exam.institution_id, WebhookEvent.RESULT_PUBLISHED, [result_data(attempt) for attempt in attempts])


def _published(waiting: int) -> str:
    return "Published the results" + (f" while {waiting} answers were not marked." if waiting else ".")


def _locked(exam: Exam) -> Exam:
    return Exam.objects.select_for_update().get(pk=exam.pk)


def _count(number: int, one: str, many: str) -> str:
    return f"{number} {one if number == 1 else many}"
