"""Presets of an institution, and which policy holds for an exam and a candidate."""

from __future__ import annotations

from dataclasses import asdict
from typing import Any

import pytest
from django.core.exceptions import ValidationError

from exams.models import Accommodation, Exam, Institution, User
from proctoring import services
from proctoring.models import DetectorAccommodation, PolicyPreset, PolicyRule, PresetRule
from proctoring.presets import BUILT_IN
from proctoring.risk.policy import DEFAULT_RULES, Policy
from proctoring.services.policies import built_in_values, policy_of
from tests import factories

pytestmark = pytest.mark.django_db


@pytest.fixture
def institution() -> Institution:
    made = factories.institution()
    services.ensure_presets(made)
    return made


@pytest.fixture
def candidate() -> User:
    return factories.user()


@pytest.fixture
def exam(institution: Institution) -> Exam:
    return factories.exam(institution, questions=False)


def granted(exam: Exam, candidate: User, *, everywhere: bool = False, **detectors: Any) -> Accommodation:
    accommodation = factories.accommodation(exam, candidate, everywhere=everywhere)
    if detectors:
        DetectorAccommodation.objects.create(accommodation=accommodation, **detectors)
    return accommodation


def preset(institution: Institution, slug: str) -> PolicyPreset:
    return PolicyPreset.objects.get(institution=institution, slug=slug)


def test_every_institution_has_the_four_of_its_own(institution: Institution) -> None:
    services.ensure_presets(institution)
    assert [one.slug for one in institution.policy_presets.all()] == ["off", "light", "standard", "strict"]
    assert not factories.institution().policy_presets.exists()


def test_what_an_institution_has_changed_stays_when_presets_are_made_again(institution: Institution) -> None:
    PolicyPreset.objects.filter(slug="light").update(name="Quizzes", frames_per_second=0.5)
    preset(institution, "off").delete()
    services.ensure_presets(institution)
    assert (preset(institution, "light").name, preset(institution, "light").frames_per_second) == ("Quizzes", 0.5)
    assert preset(institution, "off").watched is False


def test_the_built_in_standard_is_the_default_policy(institution: Institution) -> None:
    assert policy_of(preset(institution, "standard")) == Policy()


@pytest.mark.parametrize("slug", BUILT_IN)
def test_a_built_in_preset_passes_its_own_checks(institution: Institution, slug: str) -> None:
    built = preset(institution, slug)
    built.full_clean()
    for rule in built.rules.all():
        rule.full_clean()
    assert {name: getattr(built, name) for name in built_in_values(slug)} == built_in_values(slug)


def test_light_keeps_no_pictures_and_strict_holds_the_browser(institution: Institution) -> None:
    light, strict = policy_of(preset(institution, "light")), policy_of(preset(institution, "strict"))
    assert not light.keep_snapshots and not light.count_blurred and light.frames_per_second < 2
    assert all(light.rules[name].hold_seconds >= rule.hold_seconds for name, rule in DEFAULT_RULES.items())
    assert strict.require_fullscreen and strict.restrict_clipboard
    assert {rule.event for rule in strict.counted()} == set(DEFAULT_RULES)


def test_resetting_brings_back_values_and_rules(institution: Institution) -> None:
    strict = preset(institution, "strict")
    strict.name, strict.keep_snapshots = "Harsh", False
    strict.save()
    strict.rules.filter(event="COPY_PASTE").delete()
    PresetRule.objects.create(preset=strict, event="NO_FACE", hold_seconds=1, delta=50, cooldown_seconds=1)
    services.reset_preset(strict)
    again = preset(institution, "strict")
    assert (again.name, again.keep_snapshots) == ("Strict", True)
    assert policy_of(again).rules == {**DEFAULT_RULES, **BUILT_IN["strict"].rules}


def test_an_exam_without_a_policy_follows_its_institution_s_standard(exam: Exam, institution: Institution) -> None:
    PolicyPreset.objects.filter(slug="standard").update(frames_per_second=1.5, keep_pictures_days=7)
    assert services.policy_for(exam).frames_per_second == 1.5
    assert services.fields_for(exam).keep_pictures_days == 7
    other = factories.exam(questions=False)
    assert services.policy_for(other) == Policy()


def test_an_exam_s_own_policy_stands_whatever_becomes_of_the_preset(exam: Exam, institution: Institution) -> None:
    own = factories.policy(exam, preset=preset(institution, "standard"), frames_per_second=3)
    PolicyRule.objects.create(policy=own, event="NO_FACE", hold_seconds=4, delta=9, cooldown_seconds=4)
    PolicyPreset.objects.filter(slug="standard").update(frames_per_second=1.5)
    policy = services.policy_for(exam)
    assert (policy.frames_per_second, policy.rules["NO_FACE"].delta) == (3, 9)


def test_the_built_in_values_say_why_in_words() -> None:
    assert all(built_in.about.endswith(".") for built_in in BUILT_IN.values())


def test_a_muted_rule_does_not_count_and_the_session_says_that_something_applies(exam: Exam, candidate: User) -> None:
    granted(exam, candidate, muted=["LOOKING_AWAY", "COPY_PASTE"])
    policy = services.policy_for(exam, candidate)
    assert policy.rule("LOOKING_AWAY") is None
    assert policy.rule("NO_FACE") == DEFAULT_RULES["NO_FACE"]
    assert policy.accommodated
    assert policy.muted == ("LOOKING_AWAY",)  # COPY_PASTE counts for nobody here
    assert Policy.from_dict(policy.as_dict()) == policy


def test_retuning_only_ever_makes_it_milder(exam: Exam, candidate: User) -> None:
    granted(
        exam,
        candidate,
        hold_seconds={"NO_FACE": 8.0, "PHONE_DETECTED": 1.0, "COPY_PASTE": 9.0},
        yaw_factor=2.0,
        eyes_factor=1.5,
    )
    policy = services.policy_for(exam, candidate)
    holds = {name: policy.rules[name].hold_seconds for name in ("NO_FACE", "PHONE_DETECTED", "COPY_PASTE")}
    assert holds == {"NO_FACE": 8.0, "PHONE_DETECTED": 5.0, "COPY_PASTE": 0.0}
    assert (policy.away_yaw_degrees, policy.away_pitch_degrees) == (50.0, 25.0)
    assert policy.away_eyes == pytest.approx(0.105)
    assert policy.eased == ("NO_FACE", "LOOKING_AWAY")


def test_what_the_page_asks_can_be_lifted(exam: Exam, candidate: User) -> None:
    factories.policy(exam, require_fullscreen=True, restrict_clipboard=True)
    granted(exam, candidate, lift_clipboard=True)
    policy = services.policy_for(exam, candidate)
    assert policy.require_fullscreen and not policy.restrict_clipboard


def test_who_need_not_be_in_full_screen_cannot_leave_it(exam: Exam, candidate: User) -> None:
    policy = factories.policy(exam, require_fullscreen=True)
    rule = DEFAULT_RULES["FULLSCREEN_LEFT"]
    PolicyRule.objects.create(policy=policy, **(asdict(rule) | {"enabled": True}))
    assert services.policy_for(exam).rule("FULLSCREEN_LEFT") is not None
    granted(exam, candidate, lift_fullscreen=True)
    assert services.policy_for(exam, candidate).rule("FULLSCREEN_LEFT") is None


def test_of_several_the_mildest_holds(exam: Exam, candidate: User) -> None:
    granted(exam, candidate, muted=["NO_FACE"], hold_seconds={"TAB_SWITCH": 3.0})
    granted(exam, candidate, everywhere=True, muted=["LOOKING_AWAY"], hold_seconds={"TAB_SWITCH": 1.0})
    policy = services.policy_for(exam, candidate)
    assert policy.muted == ("NO_FACE", "LOOKING_AWAY")
    assert policy.rules["TAB_SWITCH"].hold_seconds == 3.0


def test_more_time_alone_is_an_accommodation_that_changes_no_rule(exam: Exam, candidate: User) -> None:
    granted(exam, candidate)
    policy = services.policy_for(exam, candidate)
    assert policy.accommodated
    assert (policy.muted, policy.eased, policy.rules) == ((), (), dict(DEFAULT_RULES))


def test_nothing_applies_that_was_revoked_or_granted_for_another_exam_or_person(exam: Exam, candidate: User) -> None:
    granted(factories.exam(exam.institution, questions=False), candidate, muted=["NO_FACE"])
    granted(factories.exam(questions=False), candidate, everywhere=True, muted=["NO_FACE"])
    granted(exam, factories.user(), muted=["NO_FACE"])
    revoked = granted(exam, candidate, muted=["NO_FACE"])
    revoked.revoked_at = revoked.granted_at
    revoked.save()
    assert services.policy_for(exam, candidate) == Policy()


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("muted", ["SNEEZING"]),
        ("muted", {"NO_FACE": 1}),
        ("hold_seconds", {"NO_FACE": "long"}),
        ("hold_seconds", {"NO_FACE": -1}),
        ("hold_seconds", ["NO_FACE"]),
        ("yaw_factor", 0.5),
        ("eyes_factor", 9),
    ],
)
def test_what_the_engine_could_not_read_is_refused_by_field(
    exam: Exam, candidate: User, field: str, value: object
) -> None:
    detectors = DetectorAccommodation(accommodation=granted(exam, candidate), **{field: value})
    with pytest.raises(ValidationError) as refused:
        detectors.full_clean()
    assert list(refused.value.message_dict) == [field]
