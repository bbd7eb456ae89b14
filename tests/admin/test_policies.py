"""The form of a policy: the whole risk table with its defaults, and only what departs from them is stored."""

from __future__ import annotations

from typing import Any

import pytest
from django.test import Client

from proctoring import services
from proctoring.models import ExamPolicy, PolicyRule
from proctoring.risk.policy import DEFAULT_RULES
from tests import factories
from tests.admin.conftest import Scene

ADD = "/admin/proctoring/exampolicy/add/"


def filled(client: Client, url: str, **changed: Any) -> dict[str, Any]:
    """The form as the page gives it, with changes."""
    context = client.get(url).context
    form, formset = context["adminform"].form, context["inline_admin_formsets"][0].formset
    data = {name: form.get_initial_for_field(field, name) for name, field in form.fields.items()}
    data |= {f"{formset.prefix}-{name}": value for name, value in formset.management_form.initial.items()}
    for row in formset.forms:
        data |= {row.add_prefix(name): row.get_initial_for_field(field, name) for name, field in row.fields.items()}
    data |= changed
    return {name: value for name, value in data.items() if value is not None and value is not False}


def row_of(client: Client, url: str, event: str) -> str:
    formset = client.get(url).context["inline_admin_formsets"][0].formset
    return next(str(row.prefix) for row in formset.forms if row["event"].value() == event)


def test_it_shows_every_rule_with_its_default(author: Client) -> None:
    formset = author.get(ADD).context["inline_admin_formsets"][0].formset
    shown = {row["event"].value(): row["delta"].value() for row in formset.forms}
    assert shown == {name: rule.delta for name, rule in DEFAULT_RULES.items()}


def test_rules_left_at_their_default_are_not_stored(author: Client, scene: Scene) -> None:
    answer = author.post(ADD, filled(author, ADD, exam=scene.exam.pk, frames_per_second="1.5"))
    assert answer.status_code == 302
    assert ExamPolicy.objects.get(exam=scene.exam).frames_per_second == 1.5
    assert not PolicyRule.objects.exists()


def test_a_changed_rule_counts_for_the_next_session(author: Client, scene: Scene) -> None:
    row = row_of(author, ADD, "NO_FACE")
    author.post(ADD, filled(author, ADD, exam=scene.exam.pk, **{f"{row}-delta": "9", f"{row}-hold_seconds": "4"}))
    rule = services.policy_for(scene.exam).rules["NO_FACE"]
    assert (rule.delta, rule.hold_seconds) == (9, 4.0)


def test_a_stored_rule_is_changed_in_place(author: Client, scene: Scene) -> None:
    policy = factories.policy(scene.exam)
    rule = PolicyRule.objects.create(
        policy=policy, event="PHONE_DETECTED", hold_seconds=5, delta=15, cooldown_seconds=5
    )
    url = f"/admin/proctoring/exampolicy/{policy.pk}/change/"
    assert author.post(url, filled(author, url, **{"rules-0-delta": "20"})).status_code == 302
    rule.refresh_from_db()
    assert rule.delta == 20
    assert PolicyRule.objects.count() == 1


@pytest.mark.parametrize(("field", "value"), [("hold_seconds", "-1"), ("delta", "-5"), ("cooldown_seconds", "x")])
def test_a_number_that_cannot_be_is_refused(author: Client, scene: Scene, field: str, value: str) -> None:
    row = row_of(author, ADD, "NO_FACE")
    answer = author.post(ADD, filled(author, ADD, exam=scene.exam.pk, **{f"{row}-{field}": value}))
    assert answer.status_code == 200
    assert not ExamPolicy.objects.exists()


def test_nobody_renames_a_rule(author: Client, scene: Scene) -> None:
    row = row_of(author, ADD, "NO_FACE")
    changed = {f"{row}-event": "TAB_SWITCH", f"{row}-delta": "9"}
    author.post(ADD, filled(author, ADD, exam=scene.exam.pk, **changed))
    assert [rule.event for rule in PolicyRule.objects.all()] == ["NO_FACE"]


def test_a_foreign_exam_gets_no_policy(author: Client, scene: Scene) -> None:
    answer = author.post(ADD, filled(author, ADD, exam=scene.foreign_exam.pk))
    assert answer.status_code == 200
    assert not ExamPolicy.objects.exists()


def test_who_only_watches_cannot_change_it(client: Client, scene: Scene) -> None:
    policy = factories.policy(scene.exam)
    client.force_login(scene.people.proctor)
    url = f"/admin/proctoring/exampolicy/{policy.pk}/change/"
    assert client.get(url).status_code == 200
    assert client.post(url, {"frames_per_second": "5"}).status_code == 403
