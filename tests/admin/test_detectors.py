"""Muting and retuning the watching for one candidate: granted with an accommodation, seen by those who grant."""

from __future__ import annotations

from typing import Any

import pytest
from django.test import Client

from exams.models import Accommodation
from proctoring import services
from proctoring.models import DetectorAccommodation
from tests import factories
from tests.admin.conftest import Scene

LIST = "/admin/exams/accommodation/"
ADD = f"{LIST}add/"


def filled(client: Client, scene: Scene, **changed: Any) -> dict[str, Any]:
    """The form as the page gives it, for the candidate of the scene."""
    context = client.get(ADD).context
    form = context["adminform"].form
    data = {name: form.get_initial_for_field(field, name) for name, field in form.fields.items()}
    for inline in context["inline_admin_formsets"]:
        formset = inline.formset
        data |= {f"{formset.prefix}-{name}": value for name, value in formset.management_form.initial.items()}
        for row in formset.forms:
            data |= {row.add_prefix(name): row.get_initial_for_field(field, name) for name, field in row.fields.items()}
    people = {"institution": scene.people.institution.pk, "candidate": scene.people.candidate.pk}
    data |= people | {"reason": "Reads aloud."} | {f"detectors-0-{name}": value for name, value in changed.items()}
    return {name: value for name, value in data.items() if value is not None and value is not False}


def test_what_is_ticked_acts_in_the_next_session(author: Client, scene: Scene) -> None:
    wanted = filled(author, scene, muted=["LOOKING_AWAY", "MULTIPLE_FACES"], hold_no_face="8", eyes_factor="1.5")
    assert author.post(ADD, wanted).status_code == 302
    detectors = DetectorAccommodation.objects.get()
    assert detectors.accommodation.granted_by == scene.people.author
    assert (detectors.muted, detectors.hold_seconds) == (["LOOKING_AWAY", "MULTIPLE_FACES"], {"NO_FACE": 8.0})
    policy = services.policy_for(scene.exam, scene.people.candidate)
    assert set(policy.muted) == {"LOOKING_AWAY", "MULTIPLE_FACES"}
    assert policy.rules["NO_FACE"].hold_seconds == 8


def test_more_time_alone_leaves_the_watching_as_it_is(author: Client, scene: Scene) -> None:
    assert author.post(ADD, filled(author, scene) | {"extra_minutes": "20"}).status_code == 302
    assert Accommodation.objects.exists() and not DetectorAccommodation.objects.exists()


@pytest.mark.parametrize(
    ("field", "value"), [("muted", ["SNEEZING"]), ("hold_no_face", "-1"), ("yaw_factor", "0.5"), ("eyes_factor", "9")]
)
def test_what_cannot_be_is_refused_and_nothing_is_granted(
    author: Client, scene: Scene, field: str, value: object
) -> None:
    answer = author.post(ADD, filled(author, scene, **{field: value}))
    assert answer.status_code == 200
    assert answer.context["inline_admin_formsets"][0].formset.forms[0].errors
    assert not Accommodation.objects.exists()


def test_what_was_granted_is_told_in_words_and_stays(author: Client, scene: Scene) -> None:
    granted = factories.accommodation(scene.exam, scene.people.candidate, extra_minutes=10)
    DetectorAccommodation.objects.create(
        accommodation=granted, muted=["LOOKING_AWAY"], hold_seconds={"NO_FACE": 8}, yaw_factor=2, lift_clipboard=True
    )
    said = "ot counted: Looking away; counted only later: No face after 8 s; wider limits: head to the side × 2"
    page = author.get(f"{LIST}{granted.pk}/change/").content.decode()
    assert said in page and "copy and paste are allowed" in page
    assert 'name="_save"' not in page
    assert said in author.get(LIST).content.decode()
    author.post(f"{LIST}{granted.pk}/change/", {"detectors-0-muted": [], "detectors-TOTAL_FORMS": "1"})
    assert DetectorAccommodation.objects.get().muted == ["LOOKING_AWAY"]


@pytest.mark.parametrize("who", ["proctor", "reviewer", "foreign_administrator"])
def test_nobody_who_watches_sees_it(client: Client, scene: Scene, who: str) -> None:
    granted = factories.accommodation(scene.exam, scene.people.candidate, reason="Epilepsy")
    client.force_login(getattr(scene.people, who))
    for url in (LIST, f"{LIST}{granted.pk}/change/"):
        answer = client.get(url)
        assert answer.status_code in (302, 403) or "Epilepsy" not in answer.content.decode()
