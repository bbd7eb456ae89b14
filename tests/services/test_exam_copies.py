from __future__ import annotations

import pytest

from exams.services.authoring import duplicate
from proctoring import services
from proctoring.models import ExamPolicy, PolicyRule
from tests import factories

pytestmark = pytest.mark.django_db


def test_a_copied_exam_is_watched_as_the_one_it_was_made_from() -> None:
    exam = factories.exam()
    policy = factories.policy(exam, frames_per_second=1.5, watched=False, keep_pictures_days=7, record_shown="never")
    PolicyRule.objects.create(
        policy=policy, event="NO_FACE", hold_seconds=9, delta=1, permanent=False, cooldown_seconds=1, enabled=False
    )
    copy = duplicate(exam, title="Copy", by=None)
    assert services.policy_for(copy) == services.policy_for(exam)
    assert copy.policy.keep_pictures_days == 7
    assert not copy.policy.watched
    assert copy.policy.record_shown == "never"


def test_a_copy_of_an_exam_without_a_policy_has_none_either() -> None:
    copy = duplicate(factories.exam(), title="Copy", by=None)
    assert not ExamPolicy.objects.filter(exam=copy).exists()
