"""Pictures of questions: who may see which. Part of ``exams.selectors``, the one door."""

from __future__ import annotations

from uuid import UUID

from django.contrib.auth.models import AnonymousUser
from django.core.files.storage import default_storage
from django.db.models import Exists, OuterRef, Q, QuerySet

from exams.models import Attempt, Exam, Membership, QuestionPicture, Role, User

# Who writes questions, who marks answers to them, and who helps in the room.
SEES_QUESTIONS = (Role.ADMINISTRATOR, Role.AUTHOR, Role.REVIEWER)


def picture_for(user: User | AnonymousUser, picture_id: UUID) -> QuestionPicture:
    """Raises QuestionPicture.DoesNotExist for those who see no question it could stand in, as if there were none:
    staff who write or mark questions there, and candidates who have begun an attempt at its exam."""
    return _visible(user).get(pk=picture_id)


def _visible(user: User | AnonymousUser) -> QuerySet[QuestionPicture]:
    pictures = QuestionPicture.objects.all()
    if not isinstance(user, User) or not user.is_active:
        return pictures.none()
    if user.is_superuser:
        return pictures
    roles = Membership.objects.filter(user=user, role__in=SEES_QUESTIONS, institution=OuterRef("exam__institution"))
    begun = Attempt.objects.filter(exam=OuterRef("exam"), candidate=user, started_at__isnull=False)
    return pictures.filter(Q(Exists(roles)) | (Q(Exists(begun)) & ~Q(exam__state=Exam.State.DRAFT)))


def content_of(picture: QuestionPicture) -> bytes:
    """Raises FileNotFoundError."""
    with default_storage.open(picture.file) as file:
        return bytes(file.read())
