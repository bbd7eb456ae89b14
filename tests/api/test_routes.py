"""Every route of the API × every role × the own and a foreign institution. A route that is not in the table fails."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
from django.test import Client
from django.urls import URLPattern, URLResolver, get_resolver, reverse
from django.utils import timezone
from pytest_django import Settings

from exams.models import Accommodation, Attempt, Enrolment, Invitation, MarkingRun, Pool, WebhookEndpoint
from exams.services import rosters, tokens, webhooks
from proctoring.models import Export
from tests import factories
from tests.admin.question_files import looked_at
from tests.admin.records import event
from tests.factories import People

pytestmark = pytest.mark.django_db

STAFF = {"superuser", "administrator", "author", "proctor", "reviewer"}
WATCHERS = {"superuser", "administrator", "proctor", "reviewer"}
EDITORS = {"superuser", "administrator", "author"}
MARKERS = {"superuser", "administrator", "author", "reviewer"}
ADMINISTRATORS = {"superuser", "administrator"}
STOPPING = {"superuser", "administrator", "proctor"}
CANDIDATE = {"candidate"}
EVERYBODY = STAFF | CANDIDATE

ROLES = sorted(EVERYBODY)
FOREIGN = ("foreign_administrator", "foreign_proctor", "foreign_reviewer", "foreign_candidate")

# Method and route: who gets further than the door. A list that belongs to no exam is empty for everybody else.
TABLE: dict[tuple[str, str], set[str]] = {
    ("get", "api_schema"): EVERYBODY,
    ("get", "api_docs"): EVERYBODY,
    ("get", "api_attempt"): CANDIDATE,
    ("post", "api_answers"): CANDIDATE,
    ("get", "api_time"): CANDIDATE,
    ("post", "api_break"): CANDIDATE,
    ("delete", "api_break"): CANDIDATE,
    ("post", "api_attempt_finish"): CANDIDATE,
    ("get", "api_session"): CANDIDATE,
    ("post", "api_session_answers"): CANDIDATE,
    ("post", "api_finish"): CANDIDATE,
    ("post", "api_withdraw"): CANDIDATE,
    ("post", "api_signals"): CANDIDATE,
    ("get", "api_institution-list"): EVERYBODY,
    ("get", "api_institution-detail"): STAFF,
    ("get", "api_institution-members"): ADMINISTRATORS,
    ("get", "api_invitation-list"): EVERYBODY,
    ("post", "api_invitation-list"): EVERYBODY,  # names the institution in its body
    ("post", "api_invitation-revoke"): ADMINISTRATORS,
    ("post", "api_invitation-renew"): ADMINISTRATORS,
    ("get", "api_accommodation-list"): EVERYBODY,
    ("post", "api_accommodation-list"): EVERYBODY,
    ("get", "api_accommodation-detail"): EDITORS,
    ("post", "api_accommodation-change"): EDITORS,
    ("post", "api_accommodation-revoke"): EDITORS,
    ("get", "api_exam-list"): EVERYBODY,
    ("post", "api_exam-list"): EVERYBODY,
    ("get", "api_exam-detail"): STAFF,
    ("patch", "api_exam-detail"): EDITORS,
    ("delete", "api_exam-detail"): EDITORS,
    ("post", "api_exam-step"): EDITORS,
    ("post", "api_exam-duplicate"): EDITORS,
    ("get", "api_exam-versions"): STAFF,
    ("post", "api_exam-revise"): EDITORS,
    ("post", "api_exam-publish-changes"): EDITORS,
    ("post", "api_exam-discard"): EDITORS,
    ("get", "api_question-list"): EDITORS,
    ("post", "api_question-list"): EDITORS,
    ("get", "api_question-detail"): EDITORS,
    ("put", "api_question-detail"): EDITORS,
    ("delete", "api_question-detail"): EDITORS,
    ("post", "api_question_import-list"): EDITORS,
    ("get", "api_question_import-detail"): {"author"},  # who uploaded it
    ("delete", "api_question_import-detail"): {"author"},
    ("post", "api_question_import-confirm"): {"author"},
    ("get", "api_question_export-list"): EDITORS,
    ("get", "api_question_export-detail"): EDITORS,
    ("get", "api_section-list"): EDITORS,
    ("post", "api_section-list"): EDITORS,
    ("patch", "api_section-detail"): EDITORS,
    ("delete", "api_section-detail"): EDITORS,
    ("get", "api_pool-list"): EDITORS,
    ("post", "api_pool-list"): EDITORS,
    ("patch", "api_pool-detail"): EDITORS,
    ("delete", "api_pool-detail"): EDITORS,
    ("get", "api_enrolment-list"): STAFF,
    ("post", "api_enrolment-list"): EDITORS,
    ("delete", "api_enrolment-detail"): EDITORS,
    ("post", "api_roster-list"): EDITORS,
    ("get", "api_roster-detail"): EDITORS,
    ("post", "api_roster-confirm"): EDITORS,
    ("get", "api_exam_attempt-list"): STAFF,
    ("get", "api_exam_attempt-detail"): STAFF,
    ("get", "api_exam_attempt-answers"): MARKERS,
    ("post", "api_exam_attempt-add-time"): STAFF,  # the body is read first, the role is asked by the service
    ("post", "api_exam_attempt-reopen"): STAFF,
    ("get", "api_result-list"): MARKERS,
    ("post", "api_result-publish"): EDITORS,
    ("post", "api_result-withdraw"): EDITORS,
    ("get", "api_result-statistics"): MARKERS,
    ("get", "api_marking_run-list"): MARKERS,
    ("post", "api_marking_run-list"): EDITORS,
    ("get", "api_marking_run-detail"): MARKERS,
    ("get", "api_mark-list"): MARKERS,
    ("put", "api_mark-detail"): MARKERS,
    ("get", "api_webhook-list"): EVERYBODY,
    ("post", "api_webhook-list"): EVERYBODY,
    ("get", "api_webhook-detail"): ADMINISTRATORS,
    ("patch", "api_webhook-detail"): ADMINISTRATORS,
    ("delete", "api_webhook-detail"): ADMINISTRATORS,
    ("post", "api_webhook-test"): ADMINISTRATORS,
    ("get", "api_delivery-list"): EVERYBODY,
    ("post", "api_delivery-again"): ADMINISTRATORS,
    ("get", "api_key-list"): EVERYBODY,
    ("post", "api_key-revoke"): {"author"},  # whose key it is
    ("get", "api_exam_session-list"): WATCHERS,
    ("get", "api_exam_session-detail"): WATCHERS,
    ("get", "api_exam_session-events"): WATCHERS,
    ("get", "api_exam_session-report"): WATCHERS,
    ("post", "api_exam_session-report"): WATCHERS,
    ("post", "api_exam_session-stop"): WATCHERS,  # the body is read first, the role is asked by the service
    ("post", "api_exam_session-review"): WATCHERS,
    ("get", "api_event-list"): WATCHERS,
    ("post", "api_event-verdict"): WATCHERS,
    ("get", "api_event-snapshot"): WATCHERS,
    ("get", "api_export-list"): WATCHERS,
    ("post", "api_export-list"): WATCHERS,
    ("get", "api_export-detail"): {"proctor"},  # whose export it is
    ("get", "api_export-file"): {"proctor"},
    ("get", "api_policy"): STAFF,
    ("patch", "api_policy"): EDITORS,
    ("post", "api_policy_from_preset"): EDITORS,
}
OPEN = {"api_schema", "api_docs"}
# Lists of one's own things: those of another institution must not be in them.
LISTS = {name for method, name in TABLE if TABLE[method, name] == EVERYBODY} - OPEN


@dataclass(frozen=True, slots=True)
class Place:
    """One of everything, all of one institution."""

    people: People
    urls: dict[str, str]


@pytest.fixture
def place(settings: Settings, tmp_path: Path) -> Place:
    settings.MEDIA_ROOT = tmp_path
    people = factories.people()
    exam = factories.exam(people.institution, candidates=(people.candidate, people.other_candidate))
    section = factories.section(exam)
    session = factories.session(exam, people.candidate)
    attempt = Attempt.objects.get(proctoring_session=session)
    endpoint = WebhookEndpoint.objects.create(institution=people.institution, url="https://93.184.215.14/", events=[])
    question = factories.questions(exam)[0]
    other = factories.ended_session(exam, people.other_candidate, at=timezone.now())
    assert other.attempt is not None
    mark = other.attempt.marks.create(question=question, maximum=1)
    ids = {
        "institution": people.institution.pk,
        "invitation": Invitation.objects.create(
            institution=people.institution, email="a@b.ch", role="candidate", expires_at=timezone.now()
        ).pk,
        "accommodation": Accommodation.objects.create(
            institution=people.institution, candidate=people.candidate, granted_by=people.administrator, reason="x"
        ).pk,
        "question": question.pk,
        "section": section.pk,
        "pool": Pool.objects.create(section=section, name="P", draw=1).pk,
        "enrolment": Enrolment.objects.filter(exam=exam)[0].pk,
        "roster": rosters.check(
            institution=people.institution, exam=exam, by=people.author, file_name="r", data=b"email\na@b.ch\n"
        ).pk,
        "question_import": looked_at(exam, people.author).row.pk,
        "question_export": "csv",
        "exam_attempt": attempt.pk,
        "mark": mark.pk,
        "marking_run": MarkingRun.objects.create(exam=exam, by=people.author).pk,
        "webhook": endpoint.pk,
        "delivery": webhooks.send_test(endpoint).pk,
        "key": tokens.make_token(user=people.author, name="K", scope="read", days=1)[0].pk,
        "exam_session": session.pk,
        "event": event(session, jpeg=factories.jpeg()).pk,
        "export": Export.objects.create(exam=exam, requested_by=people.proctor, format="csv").pk,
    }
    own = {"attempt_id": attempt.pk, "session_id": session.pk}
    urls = {}
    for _, name in TABLE:
        wanted: dict[str, Any] = {}
        for argument in arguments_of(name):
            if argument in own:
                wanted[argument] = own[argument]
            elif argument == "exam":
                wanted[argument] = exam.pk
            else:
                wanted[argument] = ids[name.removeprefix("api_").partition("-")[0]]
        urls[name] = reverse(name, kwargs=wanted)
    return Place(people, urls)


def routes(resolver: URLResolver | None = None, path: str = "") -> Iterator[tuple[str, URLPattern]]:
    for entry in (resolver or get_resolver()).url_patterns:
        here = path + str(entry.pattern)
        if isinstance(entry, URLResolver):
            yield from routes(entry, here)
        elif here.startswith("api/v1/"):
            yield here, entry


def arguments_of(name: str) -> set[str]:
    return {key for _, entry in routes() if entry.name == name for key in entry.pattern.regex.groupindex}


def methods_of(entry: URLPattern) -> set[str]:
    view: Any = entry.callback
    actions = getattr(view, "actions", None)
    if actions is not None:
        return {method for method in actions if method != "head"}
    return {method for method in ("get", "post", "put", "patch", "delete") if hasattr(view.view_class, method)}


def test_every_route_and_method_stands_in_the_table() -> None:
    found = {(method, str(entry.name)) for _, entry in routes() for method in methods_of(entry)}
    assert found == set(TABLE)


# Read before anything is looked for: saving an answer takes as few queries as it can.
ANSWER = {"client_id": "42be3ae2-51ca-413c-922a-13dba3120f3c", "question": 1, "value": {}}


def answer(client: Client, method: str, url: str) -> int:
    if method == "get":
        return client.get(url).status_code
    data = ANSWER if "answers" in url else {}
    code: int = getattr(client, method)(url, data, content_type="application/json").status_code
    return code


@pytest.mark.parametrize("who", ROLES)
def test_who_gets_further_than_the_door_at_home(client: Client, place: Place, who: str) -> None:
    client.force_login(getattr(place.people, who))
    wrong = {}
    # What deletes comes last: it would take the others' object along.
    for (method, name), allowed in sorted(TABLE.items(), key=lambda row: row[0][0] == "delete"):
        if method == "delete" and who in allowed:
            continue
        status = answer(client, method, place.urls[name])
        if (status not in (401, 403, 404)) != (who in allowed):
            wrong[method, name] = status
    assert wrong == {}


@pytest.mark.parametrize("who", FOREIGN)
def test_at_another_institution_nothing_exists(client: Client, place: Place, who: str) -> None:
    client.force_login(getattr(place.people, who))
    wrong = {}
    for method, name in TABLE:
        if name in OPEN or name in LISTS:
            continue
        if (status := answer(client, method, place.urls[name])) != 404:
            wrong[method, name] = status
    assert wrong == {}


@pytest.mark.parametrize("who", FOREIGN)
def test_lists_hold_nothing_of_another_institution(client: Client, place: Place, who: str) -> None:
    client.force_login(getattr(place.people, who))
    for name in LISTS:
        found = client.get(place.urls[name]).json()["results"]
        assert place.people.institution.pk not in [row.get("institution", row["id"]) for row in found], name
        assert name in {"api_institution-list"} or found == [], name


def test_nobody_in_particular_is_asked_to_sign_in(client: Client, place: Place) -> None:
    for method, name in TABLE:
        if name not in OPEN:
            assert answer(client, method, place.urls[name]) == 401, (method, name)


def test_what_is_not_there_is_answered_as_json(client: Client) -> None:
    missing = client.get("/api/v1/nothing/")
    assert (missing.status_code, missing.json()["code"]) == (404, "not_found")


def test_what_only_looks_like_an_id_is_not_found(client: Client, place: Place) -> None:
    client.force_login(place.people.author)
    looks = place.urls["api_roster-detail"].rstrip("/").rpartition("/")[0]
    assert client.get(f"{looks}/{'-' * 36}/").status_code == 404
