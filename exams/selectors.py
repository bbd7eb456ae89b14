"""The one door to exams and attempts: who may see which."""

from __future__ import annotations

from collections.abc import Iterable
from uuid import UUID

from django.contrib.auth.models import AnonymousUser
from django.db.models import Exists, F, OuterRef, Q, QuerySet, Subquery
from django.utils import timezone

from exams import asked, paper
from exams.models import Answer, Attempt, Enrolment, Exam, ExamVersion, Membership, Question, Role, User
from exams.results import marks_of as marks_of
from exams.results import names_are_hidden

SEES_ATTEMPTS = (Role.ADMINISTRATOR, Role.AUTHOR, Role.PROCTOR, Role.REVIEWER)
CHANGES_TIME = (Role.ADMINISTRATOR, Role.PROCTOR)
GRANTS = (Role.ADMINISTRATOR, Role.AUTHOR)


def exams_open_to(user: User) -> QuerySet[Exam]:
    """Exams the user is enrolled in and could sit now, whether or not they have handed theirs in. One that has closed
    is still theirs while their own clock runs: they may have more time than others."""
    running = Attempt.objects.filter(
        exam=OuterRef("pk"), candidate=user, state=Attempt.State.RUNNING, started_at__isnull=False
    )
    mine = Exam.objects.filter(enrolments__candidate=user).select_related("institution")
    is_open = Q(pk__in=Exam.objects.open_at(timezone.now()).values("pk"))
    return mine.filter(is_open | Exists(running)).exclude(state=Exam.State.DRAFT)


def exams_coming_up_for(user: User) -> QuerySet[Exam]:
    """Published exams the user is enrolled in that have yet to open, soonest first."""
    return (
        Exam.objects.filter(enrolments__candidate=user, state=Exam.State.PUBLISHED, opens_at__gt=timezone.now())
        .select_related("institution")
        .order_by("opens_at", "title")
    )


def enrolled_exam_for(user: User, exam_id: int) -> Exam:
    """Raises Exam.DoesNotExist when there is no such exam, it is a draft, or the user is not enrolled in it."""
    return (
        Exam.objects.select_related("institution")
        .exclude(state=Exam.State.DRAFT)
        .get(pk=exam_id, enrolments__candidate=user)
    )


def own_attempt_for(user: User | AnonymousUser, attempt_id: UUID) -> Attempt:
    """Raises Attempt.DoesNotExist for anybody else's attempt, as if there were none."""
    if not user.is_authenticated:
        raise Attempt.DoesNotExist
    return Attempt.objects.select_related("exam", "version").get(pk=attempt_id, candidate=user)


def visible_attempts(user: User | AnonymousUser) -> QuerySet[Attempt]:
    """Attempts that the user sees as one of an institution's staff: their times, and not always their answers."""
    attempts = Attempt.objects.select_related("exam__institution", "candidate", "version")
    if not isinstance(user, User) or not user.is_active:
        return attempts.none()
    if user.is_superuser:
        return attempts
    return attempts.filter(exam__institution__in=_institutions_of(user, SEES_ATTEMPTS))


def attempt_for(user: User | AnonymousUser, attempt_id: UUID | str) -> Attempt:
    """Raises Attempt.DoesNotExist for those who may not see it, as if there were none."""
    return visible_attempts(user).get(pk=attempt_id)


def may_change_time(user: User | AnonymousUser, attempt: Attempt) -> bool:
    """Administrators and proctors of the exam's institution may add time and reopen."""
    return _holds(user, attempt.exam.institution_id, CHANGES_TIME)


def may_see_answers(user: User | AnonymousUser, attempt: Attempt) -> bool:
    """Administrators; authors and reviewers too, who mark, unless they must not know whose answers they are."""
    exam = attempt.exam
    if _holds(user, exam.institution_id, (Role.ADMINISTRATOR,)):
        return True
    return not names_are_hidden(exam) and _holds(user, exam.institution_id, (Role.AUTHOR, Role.REVIEWER))


def may_grant(user: User | AnonymousUser, institution_id: int) -> bool:
    """Administrators and authors grant accommodations, and only they see why."""
    return _holds(user, institution_id, GRANTS)


def candidates_of(institution_id: int) -> QuerySet[User]:
    """People with that role there, and whoever was enrolled in one of its exams by hand."""
    role = Membership.objects.filter(institution=institution_id, role=Role.CANDIDATE)
    enrolled = Enrolment.objects.filter(exam__institution=institution_id)
    return User.objects.filter(Q(pk__in=role.values("user")) | Q(pk__in=enrolled.values("candidate")))


def _institutions_of(user: User, roles: Iterable[Role]) -> QuerySet[Membership, int]:
    return Membership.objects.filter(user=user, role__in=list(roles)).values_list("institution", flat=True)


def _holds(user: User | AnonymousUser, institution_id: int, roles: Iterable[Role]) -> bool:
    if not isinstance(user, User) or not user.is_active:
        return False
    return user.is_superuser or _institutions_of(user, roles).filter(institution=institution_id).exists()


def own_attempts(user: User) -> QuerySet[Attempt]:
    """All of the user's own, the newest first, with their exams."""
    return (
        Attempt.objects.filter(candidate=user)
        .select_related("exam__institution")
        .order_by(F("submitted_at").desc(nulls_first=True), "-number")
    )


def own_result_for(user: User | AnonymousUser, attempt_id: UUID) -> Attempt:
    """The user's own attempt that was handed in, with its exam; raises Attempt.DoesNotExist for any other."""
    if not isinstance(user, User) or not user.is_active:
        raise Attempt.DoesNotExist
    handed_in = own_attempts(user).select_related("version").filter(state=Attempt.State.SUBMITTED)
    return handed_in.exclude(exam__state=Exam.State.DRAFT).get(pk=attempt_id)


def attempts_used_up(user: User, exam: Exam) -> bool:
    """All attempts the exam allows are handed in, and none runs."""
    states = list(Attempt.objects.filter(exam=exam, candidate=user).values_list("state", flat=True))
    return Attempt.State.RUNNING not in states and len(states) >= exam.attempts_allowed


def questions_of(version: ExamVersion) -> list[Question]:
    """In order, with their choices: two queries, however many there are."""
    return list(asked.in_order(version.pk).prefetch_related("choices"))


def paper_of(attempt: Attempt) -> list[Question]:
    """The questions this attempt is asked, in its order, with their choices and what is right. For its candidate's
    page there is ``exams.asked``."""
    return paper.draw(attempt.seed, questions_of(attempt.version), shuffle=attempt.exam.shuffle_questions)


def current_answers(attempt: Attempt) -> dict[int, Answer]:
    """The newest revision of every answer, by question. Older ones, a text's many, stay in the database."""
    newest = attempt.answers.filter(question=OuterRef("question")).order_by("-revision").values("pk")[:1]
    return {answer.question_id: answer for answer in attempt.answers.filter(pk=Subquery(newest))}


def sits_exams(user: User) -> bool:
    """Whether the start page has anything for this user: candidates, and whoever was enrolled by hand."""
    return user.memberships.filter(role=Role.CANDIDATE).exists() or user.enrolments.exists()
