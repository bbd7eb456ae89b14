"""Presets of an institution in the admin, and the form of a policy filled from one."""

from __future__ import annotations

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from exams.models import Institution
from proctoring import services
from proctoring.models import ExamPolicy, PolicyPreset, PolicyRule
from proctoring.risk.policy import DEFAULT_RULES, Policy
from proctoring.services.policies import policy_of
from tests import factories
from tests.admin.conftest import Scene
from tests.admin.test_policies import ADD, filled, row_of

LIST = "/admin/proctoring/policypreset/"


@pytest.fixture
def author(client: Client, scene: Scene) -> Client:
    services.ensure_presets(scene.people.institution)
    services.ensure_presets(scene.people.other_institution)
    client.force_login(scene.people.author)
    return client


def preset(place: Institution, slug: str) -> PolicyPreset:
    return PolicyPreset.objects.get(institution=place, slug=slug)


def change(of: PolicyPreset | ExamPolicy) -> str:
    return f"/admin/proctoring/{type(of).__name__.lower()}/{of.pk}/change/"


def test_the_list_holds_the_institution_s_own(author: Client, scene: Scene) -> None:
    rows = author.get(LIST).context["cl"].result_list
    assert {row.institution for row in rows} == {scene.people.institution}
    assert [row.slug for row in rows] == ["off", "light", "standard", "strict"]


def test_an_institution_without_presets_has_them_as_soon_as_somebody_looks(client: Client, scene: Scene) -> None:
    client.force_login(scene.people.author)
    client.get(LIST)
    assert scene.people.institution.policy_presets.count() == 4
    assert not scene.people.other_institution.policy_presets.exists()


def test_a_new_institution_has_its_presets(client: Client, scene: Scene) -> None:
    client.force_login(scene.people.superuser)
    form = client.get("/admin/exams/institution/add/").context["adminform"].form
    data = {name: form.get_initial_for_field(field, name) or "" for name, field in form.fields.items()}
    data = {name: value for name, value in data.items() if value != ""}
    client.post("/admin/exams/institution/add/", data | {"name": "New College", "slug": "new"})
    assert Institution.objects.get(slug="new").policy_presets.count() == 4


def test_a_preset_is_changed_like_a_policy(author: Client, scene: Scene) -> None:
    light = preset(scene.people.institution, "light")
    row = row_of(author, change(light), "NO_FACE")
    data = filled(author, change(light), **{"name": "Quizzes", f"{row}-hold_seconds": "20"})
    assert author.post(change(light), data).status_code == 302
    light.refresh_from_db()
    assert (light.name, policy_of(light).rules["NO_FACE"].hold_seconds) == ("Quizzes", 20)
    page = author.get(change(light)).content.decode()
    assert "NO_FACE: once it held more than … seconds" in page


def test_it_is_set_back_by_a_button(author: Client, scene: Scene) -> None:
    light = preset(scene.people.institution, "light")
    PolicyPreset.objects.filter(pk=light.pk).update(frames_per_second=0.3)
    light.rules.all().delete()
    reset = f"{LIST}{light.pk}/reset/"
    assert author.get(reset).status_code == 405
    assert author.post(reset)["Location"] == change(light)
    light.refresh_from_db()
    assert (light.frames_per_second, light.rules.count()) == (1.0, 5)


@pytest.mark.parametrize("who", ["proctor", "reviewer", "foreign_administrator"])
def test_nobody_else_sees_or_changes_one(client: Client, author: Client, scene: Scene, who: str) -> None:
    light = preset(scene.people.institution, "light")
    client.force_login(getattr(scene.people, who))
    assert client.get(change(light)).status_code in (302, 403)
    assert client.post(f"{LIST}{light.pk}/reset/").status_code in (403, 404)


def test_nobody_adds_or_deletes_one(client: Client, author: Client, scene: Scene) -> None:
    client.force_login(scene.people.superuser)
    light = preset(scene.people.institution, "light")
    assert client.get(f"{LIST}add/").status_code == 403
    assert client.post(f"{LIST}{light.pk}/delete/", {"post": "yes"}).status_code == 403


def test_a_new_policy_begins_as_the_institution_s_standard(author: Client, scene: Scene) -> None:
    standard = preset(scene.people.institution, "standard")
    PolicyPreset.objects.filter(pk=standard.pk).update(frames_per_second=1.25)
    data = filled(author, f"{ADD}?exam={scene.exam.pk}")
    assert author.post(f"{ADD}?exam={scene.exam.pk}", data).status_code == 302
    policy = ExamPolicy.objects.get()
    assert (policy.exam, policy.preset, policy.frames_per_second) == (scene.exam, standard, 1.25)


def test_the_form_is_filled_from_the_preset_one_chooses(author: Client, scene: Scene) -> None:
    strict = preset(scene.people.institution, "strict")
    url = f"{ADD}?exam={scene.exam.pk}&preset={strict.pk}"
    assert not ExamPolicy.objects.exists()
    assert author.post(url, filled(author, url)).status_code == 302
    policy = ExamPolicy.objects.get()
    assert policy.preset == strict
    assert policy_of(policy) == policy_of(strict)
    page = author.get(change(policy)).content.decode()
    assert "Made from “Strict”" in page and "Every value is the preset’s." in page


def test_a_policy_takes_on_another_preset_rules_and_all(author: Client, scene: Scene) -> None:
    policy = factories.policy(scene.exam, preset=preset(scene.people.institution, "strict"), frames_per_second=4.5)
    for event in ("NO_FACE", "COPY_PASTE"):
        PolicyRule.objects.create(policy=policy, event=event, hold_seconds=9, delta=9, cooldown_seconds=9)
    light = preset(scene.people.institution, "light")
    url = f"{change(policy)}?preset={light.pk}"
    assert author.post(url, filled(author, url)).status_code == 302
    policy = ExamPolicy.objects.get()
    assert (policy.preset, policy_of(policy)) == (light, policy_of(light))
    assert not policy.rules.filter(event="COPY_PASTE").exists()  # at its default again, so it is not stored


def test_the_page_shows_where_a_policy_differs(author: Client, scene: Scene) -> None:
    policy = factories.policy(scene.exam, preset=preset(scene.people.institution, "light"), keep_snapshots=True)
    differences = author.get(change(policy)).context["differences"]
    told = {difference.what: (difference.here, difference.there) for difference in differences}
    assert told["Keep pictures of events"] == ("yes", "no")
    assert told["NO_FACE: once it held more than … seconds"] == ("2", "10")
    assert "NO_FACE: adds to the risk" not in told


def test_when_candidates_see_their_record_is_chosen_with_its_reason_beside_it(author: Client, scene: Scene) -> None:
    standard = preset(scene.people.institution, "standard")
    PolicyPreset.objects.filter(pk=standard.pk).update(record_shown="published")
    url = f"{ADD}?exam={scene.exam.pk}&preset={standard.pk}"
    assert "without anybody’s notes and names" in author.get(url).content.decode()
    author.post(ADD, filled(author, url))
    policy = ExamPolicy.objects.get()
    assert policy.record_shown == "published"
    author.post(change(policy), filled(author, change(policy), record_shown="never"))
    (difference,) = author.get(change(policy)).context["differences"]
    assert difference.what == "Candidates see what was recorded of them"
    assert (difference.here, difference.there) == ("Never; they are told whom to ask", "Once the results are published")


def test_a_foreign_preset_fills_no_form_and_is_not_taken(author: Client, scene: Scene) -> None:
    foreign = preset(scene.people.other_institution, "off")
    url = f"{ADD}?exam={scene.exam.pk}&preset={foreign.pk}"
    assert author.get(url).context["filled_from"] is None
    answer = author.post(ADD, filled(author, ADD, exam=scene.exam.pk, preset=foreign.pk))
    assert answer.status_code == 200
    assert not ExamPolicy.objects.exists()


def test_a_preset_of_another_institution_one_also_writes_for_is_refused(
    client: Client, author: Client, scene: Scene
) -> None:
    client.force_login(scene.people.superuser)
    foreign = preset(scene.people.other_institution, "off")
    answer = client.post(ADD, filled(client, ADD, exam=scene.exam.pk, preset=foreign.pk))
    assert "This preset belongs to another institution." in answer.content.decode()
    assert not ExamPolicy.objects.exists()


def test_leaving_full_screen_counts_only_where_it_is_asked_for(author: Client, scene: Scene) -> None:
    row = row_of(author, ADD, "FULLSCREEN_LEFT")
    counts = {f"{row}-enabled": "on", "exam": scene.exam.pk}
    refused = author.post(ADD, filled(author, ADD, **counts))
    assert "Counts only where the page asks for full screen" in refused.content.decode()
    assert author.post(ADD, filled(author, ADD, require_fullscreen="on", **counts)).status_code == 302
    assert services.policy_for(scene.exam).rule("FULLSCREEN_LEFT") is not None


def test_what_a_rule_has_no_use_for_cannot_be_set(author: Client, scene: Scene) -> None:
    rows = {name: row_of(author, ADD, name) for name in ("COPY_PASTE", "TAB_SWITCH")}
    changed = {f"{rows['COPY_PASTE']}-hold_seconds": "9", f"{rows['TAB_SWITCH']}-cooldown_seconds": "9"}
    author.post(ADD, filled(author, ADD, exam=scene.exam.pk, **changed))
    assert services.policy_for(scene.exam) == Policy()
    assert DEFAULT_RULES["COPY_PASTE"].hold_seconds == 0


def test_lists_take_as_many_queries_for_many_as_for_few(client: Client, author: Client, scene: Scene) -> None:
    client.force_login(scene.people.superuser)
    for place in (scene.people.institution, scene.people.other_institution):
        factories.policy(factories.exam(place, questions=False), preset=preset(place, "strict"))

    def queries(url: str) -> int:
        with CaptureQueriesContext(connection) as captured:
            assert client.get(url).status_code == 200
        return len(captured)

    urls = (LIST, "/admin/proctoring/exampolicy/")
    before = [queries(url) for url in urls]
    for _ in range(3):
        place = factories.institution()
        services.ensure_presets(place)
        factories.policy(factories.exam(place, questions=False), preset=preset(place, "light"))
    assert [queries(url) for url in urls] == before
