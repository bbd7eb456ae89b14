"""The words a candidate agrees to: made from the exam's own numbers, stored, asked for again when they change."""

from __future__ import annotations

from dataclasses import asdict

import pytest

from exams.models import Exam, User
from proctoring import consent
from proctoring.evidence.retention import KEEP_PRACTICE_DAYS
from proctoring.models import Consent, ConsentText, DetectorAccommodation, PolicyRule
from proctoring.risk.policy import (
    COPY_PASTE,
    DEFAULT_RULES,
    FULLSCREEN_LEFT,
    MULTIPLE_FACES,
    NO_FACE,
    PHONE_DETECTED,
    SECOND_SCREEN,
    TAB_SWITCH,
    Policy,
    Rule,
)
from tests import factories

pytestmark = pytest.mark.django_db


@pytest.fixture
def exam() -> Exam:
    return factories.exam()


@pytest.fixture
def candidate() -> User:
    return factories.user()


def test_every_number_is_the_exams_own(exam: Exam) -> None:
    policy = factories.policy(
        exam,
        frames_per_second=2.5,
        keep_pictures_days=11,
        keep_events_days=22,
        keep_answers_days=1,
        away_yaw_degrees=31,
        away_pitch_degrees=17.5,
        away_eyes=0.08,
    )
    PolicyRule.objects.create(
        policy=policy, event=NO_FACE, hold_seconds=4.5, delta=7, permanent=True, cooldown_seconds=9
    )
    text = consent.current_text(exam).text
    for words in (
        "2.5 a second at most",
        "Kept pictures: 11 days",
        "over time: 22 days",
        "wrote about them: 1 day after",
        "more than 31° to a side or raised more than 17.5°",
        "more than 8 % of an eye’s width",
        "No face is in view for more than 4.5 seconds: 7 permanent points, and again after every further 9 seconds",
        exam.institution.contact,
        exam.institution.name,
    ):
        assert words in text, words


def test_an_exam_without_a_policy_names_the_defaults(exam: Exam) -> None:
    text = consent.current_text(exam).text
    assert "A phone is in view for more than 5 seconds: 15 permanent points" in text
    assert "Kept pictures: 30 days" in text


def test_a_rule_switched_off_is_not_named(exam: Exam) -> None:
    PolicyRule.objects.create(
        policy=factories.policy(exam), event=NO_FACE, enabled=False, hold_seconds=2, delta=5, cooldown_seconds=2
    )
    assert "No face is in view" not in consent.current_text(exam).text


def test_every_rule_has_words() -> None:
    assert set(consent.CONDITIONS) == set(DEFAULT_RULES)


def test_leaving_the_page_counts_once() -> None:
    sentence = consent.rule_sentence(Rule(TAB_SWITCH, 0.0, 1, True, 0.0), Policy())
    assert sentence == "This page is hidden or another window is in front: 1 permanent point."


def test_names_are_shown_as_they_are_and_not_as_markup(exam: Exam) -> None:
    Exam.objects.update(title="Maths & <b>more</b>")
    exam.refresh_from_db()
    assert "“Maths & <b>more</b>”" in consent.current_text(exam).text


def test_a_practice_run_has_its_own_words() -> None:
    text = consent.current_text(None).text
    assert f"{KEEP_PRACTICE_DAYS} day" in text
    assert "Nobody watches a practice run" in text


def test_it_can_be_withdrawn_where_one_is(exam: Exam) -> None:
    assert "at any time, in the exam itself or on its page" in consent.current_text(exam).text
    assert "at any time, in the practice run itself or on this page" in consent.current_text(None).text


def test_the_words_come_apart_into_sections(exam: Exam) -> None:
    sections = consent.sections(consent.current_text(exam).text)
    titles = [section.title for section in sections]
    assert titles == [
        "What is captured",
        "Why",
        "Who sees it",
        "How long it is kept",
        "What raises the risk score",
        "Your say",
    ]
    kept = sections[3].blocks
    assert [block.is_list for block in kept] == [True]
    assert len(kept[0].lines) == 3


def test_what_the_page_asks_is_said_before(exam: Exam) -> None:
    assert "What the page asks of you" not in consent.current_text(exam).text
    factories.policy(exam, require_fullscreen=True, restrict_clipboard=True)
    text = consent.current_text(exam).text
    assert "The questions are shown in full screen." in text
    assert "you go on without" in text
    assert "Copying, cutting, pasting and the context menu (the right mouse button) are switched off" in text


def test_what_is_noted_of_the_camera_and_of_what_is_at_rest_is_said_before(exam: Exam) -> None:
    text = consent.current_text(exam).text
    assert "what the camera in use is called" in text
    assert "with the camera’s name and the risk score over time" in text
    assert "looks like a phone and stands there before watching begins" in text
    assert "a face beside yours that does not move before watching begins" in text
    policy = factories.policy(exam)
    for event in (PHONE_DETECTED, MULTIPLE_FACES):
        PolicyRule.objects.create(policy=policy, **(asdict(DEFAULT_RULES[event]) | {"enabled": False}))
    without = consent.current_text(exam).text
    assert "looks like a phone" not in without
    assert "a face beside yours" not in without.lower()


def test_a_picture_that_shows_nothing_counts_where_no_face_does(exam: Exam) -> None:
    text = consent.current_text(exam).text
    assert "nothing at all can be seen, because it is black or the camera is covered, counts as one without a" in text
    assert "Otherwise poor light or a blur, a picture that stands still" in text
    off = asdict(DEFAULT_RULES[NO_FACE]) | {"enabled": False}
    PolicyRule.objects.create(policy=factories.policy(exam), **off)
    without = consent.current_text(exam).text
    assert "without a face" not in without
    assert "Poor light, a covered camera, a blurred picture, a picture that stands still" in without


def test_those_who_mark_see_the_answers(exam: Exam) -> None:
    who = f"the authors, reviewers and administrators of {exam.institution.name}, who mark them."
    assert f"Your answers, with your name: {who}\n" in consent.current_text(exam).text
    exam.anonymous_marking = True
    assert f"{who} This exam is marked anonymously" in consent.current_text(exam).text


def test_where_no_picture_is_kept_none_has_days(exam: Exam) -> None:
    factories.policy(exam, keep_snapshots=False)
    text = consent.current_text(exam).text
    assert "Every picture is looked at and forgotten: none is kept." in text
    assert "Kept pictures" not in text


@pytest.mark.parametrize(
    ("fields", "event", "sentence"),
    [
        (
            {"count_blurred": False},
            TAB_SWITCH,
            "This page is hidden (by another tab, or with its window minimised): 5 permanent points.",
        ),
        ({"count_hidden": False}, TAB_SWITCH, "Another window is in front: 5 permanent points."),
        (
            {},
            COPY_PASTE,
            "Something is copied, cut or pasted on this page: 5 permanent points, at most once in 10 seconds.",
        ),
        (
            {"restrict_clipboard": True},
            COPY_PASTE,
            "You try to copy, cut or paste something on this page: 5 permanent points, at most once in 10 seconds.",
        ),
        (
            {"require_fullscreen": True},
            FULLSCREEN_LEFT,
            "This page is out of full screen after it was in it: 5 permanent points.",
        ),
        ({}, SECOND_SCREEN, "A second screen is connected for more than 5 seconds: 10 permanent points."),
    ],
)
def test_rules_about_the_browser_are_said_as_the_exam_has_them(
    exam: Exam, fields: dict[str, bool], event: str, sentence: str
) -> None:
    policy = factories.policy(exam, **fields)
    PolicyRule.objects.create(policy=policy, **(asdict(DEFAULT_RULES[event]) | {"enabled": True}))
    assert sentence in consent.current_text(exam).text.replace("- ", "").splitlines()


def test_what_the_candidate_has_to_say_is_as_the_institution_decided(exam: Exam) -> None:
    ask = f"Ask {exam.institution.contact} to see what was recorded about you"
    opened = consent.current_text(exam).text
    assert "Once you have handed in, and no further attempt is open to you, you see what was recorded of you" in opened
    assert "There you may write what those who decide should know." in opened
    assert ask not in opened
    policy = factories.policy(exam, record_shown="published")
    later = consent.current_text(exam).text
    assert "Once the results are published, and no further attempt is open to you, you see what was" in later
    assert ask not in later
    policy.record_shown = "never"
    policy.save()
    never = consent.current_text(exam).text
    assert f"{ask}, to have a mistake corrected, to object, or to say what those who decide should know." in never
    assert "you see what was recorded" not in never
    assert "you may write" not in never


def test_what_was_muted_for_somebody_is_in_their_words_alone(exam: Exam, candidate: User) -> None:
    granted = factories.accommodation(exam, candidate, reason="Cannot see.")
    DetectorAccommodation.objects.create(accommodation=granted, muted=["LOOKING_AWAY"])
    text = consent.current_text(exam, candidate).text
    assert "As agreed with you, this does not count for you:\n- You look away from the screen.\n" in text
    assert "calibration" not in text
    assert "Cannot see" not in text
    assert "As agreed with you" not in consent.current_text(exam, factories.user()).text


def test_consent_given_before_something_was_granted_is_asked_for_again(exam: Exam, candidate: User) -> None:
    consent.give(candidate, exam)
    granted = factories.accommodation(exam, candidate)
    assert consent.consent_for(candidate, exam) is not None  # more time changes no word of it
    DetectorAccommodation.objects.create(accommodation=granted, muted=["LOOKING_AWAY"])
    assert consent.consent_for(candidate, exam) is None


def test_an_exam_that_nobody_watches_says_what_is_kept(exam: Exam, candidate: User) -> None:
    factories.policy(exam, watched=False, keep_answers_days=44, restrict_clipboard=True)
    text = consent.unwatched_text(exam, candidate)
    assert "No camera, no pictures, nobody who looks on." in text
    assert "when each was saved: 44 days after the attempt" in text
    assert "Trying it changes nothing." in text
    assert "written down" not in text


def test_nothing_is_stored_before_somebody_agrees(exam: Exam) -> None:
    assert consent.current_text(exam).pk is None
    assert not ConsentText.objects.exists()


def test_giving_stores_the_exact_words_once(exam: Exam, candidate: User) -> None:
    words = consent.current_text(exam)
    first = consent.give(candidate, exam, sha256=words.sha256)
    assert consent.give(candidate, exam) == first == consent.consent_for(candidate, exam)
    consent.give(factories.user(), exam)
    assert ConsentText.objects.get().text == words.text


def test_consent_is_for_one_exam_and_one_person(exam: Exam, candidate: User) -> None:
    consent.give(candidate, exam)
    assert consent.consent_for(candidate, factories.exam()) is None
    assert consent.consent_for(candidate, None) is None
    assert consent.consent_for(factories.user(), exam) is None


def test_other_words_need_another_consent(exam: Exam, candidate: User) -> None:
    given = consent.give(candidate, exam)
    factories.policy(exam, keep_pictures_days=300)
    assert consent.consent_for(candidate, exam) is None
    assert consent.earlier_consent_for(candidate, exam) == given


def test_agreeing_to_words_that_have_changed_is_refused(exam: Exam, candidate: User) -> None:
    shown = consent.current_text(exam).sha256
    factories.policy(exam, keep_pictures_days=300)
    with pytest.raises(consent.ConsentTextChanged):
        consent.give(candidate, exam, sha256=shown)
    assert not Consent.objects.exists()


def test_withdrawing_keeps_the_record_and_ends_the_consent(exam: Exam, candidate: User) -> None:
    given = consent.give(candidate, exam)
    assert consent.withdraw(candidate, exam) == 1
    given.refresh_from_db()
    assert given.withdrawn_at is not None
    assert consent.consent_for(candidate, exam) is None
    assert consent.give(candidate, exam) != given
