"""Every address of sessions and evidence, for everybody: a table."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest
from django.core.files.base import ContentFile
from django.core.files.storage import default_storage
from django.test import Client
from django.urls import reverse
from pytest_django import Settings

from exams.models import Exam, Membership, Role
from proctoring import selectors, services
from proctoring.live import frames
from proctoring.models import Export, Session
from proctoring.reports.pdf.case import AT_ONCE
from proctoring.services import Commit, Drafted
from tests import factories
from tests.factories import People
from tests.services.drafts import draft

pytestmark = pytest.mark.django_db

WATCHING = {"superuser", "administrator", "proctor", "colleague", "reviewer"}
EVERYBODY = sorted(People.__dataclass_fields__.keys() - {"institution", "other_institution"})


@pytest.fixture(autouse=True)
def own_media(settings: Settings, tmp_path: Path) -> None:
    settings.MEDIA_ROOT = tmp_path


@pytest.fixture
def people() -> People:
    return factories.people()


@pytest.fixture
def session(people: People) -> Session:
    """Live, with a snapshot, a live picture, and a finished export asked for by the proctor."""
    exam = factories.exam(people.institution, candidates=(people.candidate, people.other_candidate))
    session = factories.session(exam, people.candidate)
    services.commit(Commit(session_id=session.pk, epoch=0, drafts=[Drafted(draft(), factories.jpeg())]))
    frames.keep(session.pk, jpeg=factories.jpeg(), sequence=7, unix_ms=1_767_788_935_000)
    file = default_storage.save("exports/x.csv", ContentFile(b"session\r\n"))
    Export.objects.create(exam=exam, requested_by=people.proctor, format="csv", state="ready", file=file)
    return session


def of_session(name: str) -> Callable[[Session], str]:
    return lambda session: reverse(name, kwargs={"session_id": session.pk})


def of_export(name: str) -> Callable[[Session], str]:
    return lambda session: reverse(name, kwargs={"export_id": Export.objects.get().pk})


def of_snapshot(session: Session) -> str:
    return reverse("snapshot", kwargs={"session_id": session.pk, "name": "NO_FACE_1767788935191"})


PAGES: dict[str, tuple[Callable[[Session], str], set[str]]] = {
    "live_frame": (of_session("live_frame"), WATCHING),
    "snapshot": (of_snapshot, WATCHING),
    "session_csv": (of_session("session_csv"), WATCHING),
    "session_json": (of_session("session_json"), WATCHING),
    "session_pdf": (of_session("session_pdf"), WATCHING),
    "export": (of_export("export"), {"proctor"}),
    "export_file": (of_export("export_file"), {"proctor"}),
    "api_session": (of_session("api_session"), {"candidate"}),
}


@pytest.mark.parametrize("who", EVERYBODY)
@pytest.mark.parametrize("page", PAGES)
def test_who_may_read_what(page: str, who: str, people: People, session: Session, client: Client) -> None:
    url, allowed = PAGES[page]
    client.force_login(getattr(people, who))
    response = client.get(url(session))
    assert response.status_code == (200 if who in allowed else 404)
    b"".join(response)  # to the end, which closes a file


@pytest.mark.parametrize("page", PAGES)
def test_nobody_reads_anything_without_signing_in(page: str, session: Session, client: Client) -> None:
    assert client.get(PAGES[page][0](session)).status_code in {302, 401, 403, 404}


@pytest.mark.parametrize("who", EVERYBODY)
@pytest.mark.parametrize("page", ["api_finish", "api_signals", "api_session_answers"])
def test_only_the_candidate_writes_to_the_session(
    page: str, who: str, people: People, session: Session, client: Client
) -> None:
    client.force_login(getattr(people, who))
    response = client.post(of_session(page)(session), data={}, content_type="application/json")
    assert (response.status_code == 404) is (who != "candidate")
    session.refresh_from_db()
    assert (session.state == "ended") is (who == "candidate" and page == "api_finish")


@pytest.mark.parametrize("page", [page for page in PAGES if page != "api_session"])
def test_it_rejects_post(page: str, people: People, session: Session, client: Client) -> None:
    client.force_login(people.proctor)
    assert client.post(PAGES[page][0](session)).status_code == 405


@pytest.mark.parametrize("who", EVERYBODY)
def test_the_selectors_agree(who: str, people: People, session: Session) -> None:
    user, watching = getattr(people, who), who in WATCHING
    assert session.exam is not None
    assert selectors.visible_exams(user).filter(pk=session.exam.pk).exists() is watching
    assert selectors.visible_sessions(user).filter(pk=session.pk).exists() is watching
    assert selectors.visible_events(user).filter(session=session).exists() is watching
    assert selectors.may_stop(user, session) is (watching and who != "reviewer")
    if watching:
        assert selectors.watchable_exam(user, session.exam.pk) == session.exam
        assert selectors.session_for(user, session.pk) == session
        return
    with pytest.raises(Exam.DoesNotExist):
        selectors.watchable_exam(user, session.exam.pk)
    with pytest.raises(Session.DoesNotExist):
        selectors.session_for(user, session.pk)


def test_an_inactive_account_sees_nothing(people: People, session: Session) -> None:
    people.superuser.is_active = people.proctor.is_active = people.candidate.is_active = False
    for user in (people.superuser, people.proctor):
        assert not selectors.visible_sessions(user).exists()
        assert not selectors.may_stop(user, session)
    with pytest.raises(Session.DoesNotExist):
        selectors.own_session_for(people.candidate, session.pk)


def test_a_practice_run_is_nobodys_business(people: People, session: Session) -> None:
    practice = factories.session(candidate=people.candidate)
    for user in (people.administrator, people.proctor, people.foreign_proctor):
        assert not selectors.visible_sessions(user).filter(pk=practice.pk).exists()


def test_two_roles_in_one_institution_show_a_session_once(people: People, session: Session) -> None:
    Membership.objects.create(user=people.proctor, institution=people.institution, role=Role.REVIEWER)
    assert selectors.visible_sessions(people.proctor).count() == 1


def test_pictures_are_never_guessed_at_and_never_shared(people: People, session: Session, client: Client) -> None:
    client.force_login(people.proctor)
    live, kept = (client.get(PAGES[page][0](session)) for page in ("live_frame", "snapshot"))
    assert live["Cache-Control"] == "private, no-store"
    assert kept["Cache-Control"] == "private, max-age=300"
    for response in (live, kept):
        assert response["Content-Type"] == "image/jpeg"
        assert response["X-Content-Type-Options"] == "nosniff"
        assert response.content == factories.jpeg()
    assert live["X-Frame-Sequence"] == "7"


def test_a_snapshot_of_another_session_is_not_found_under_ones_own(people: People, session: Session) -> None:
    other = factories.session(session.exam, people.other_candidate)
    client = Client()
    client.force_login(people.proctor)
    url = reverse("snapshot", kwargs={"session_id": other.pk, "name": "NO_FACE_1767788935191"})
    assert client.get(url).status_code == 404


def test_a_deleted_snapshot_and_one_whose_file_is_gone_are_not_found(
    people: People, session: Session, client: Client
) -> None:
    client.force_login(people.proctor)
    event = session.events.get()
    default_storage.delete(event.snapshot)
    assert client.get(of_snapshot(session)).status_code == 404


def test_after_the_end_there_is_no_live_picture(people: People, session: Session, client: Client) -> None:
    services.end_session(session.pk, Session.EndedBy.CANDIDATE)
    client.force_login(people.proctor)
    assert client.get(of_session("live_frame")(session)).status_code == 404


def test_downloads_carry_absolute_addresses_and_a_name(people: People, session: Session, client: Client) -> None:
    client.force_login(people.reviewer)
    response = client.get(of_session("session_csv")(session))
    assert response["Content-Type"] == "text/csv; charset=utf-8"
    assert f'filename="session-{session.created_at:%Y-%m-%d}' in response["Content-Disposition"]
    assert f"http://testserver{of_snapshot(session)}" in response.content.decode()
    complete = client.get(of_session("session_json")(session), {"detail": "1"})
    assert complete.json()["events"][0]["sequence"] == 1
    assert complete["Content-Disposition"].endswith('-complete.json"')


def test_the_report_is_a_pdf_with_a_name_that_is_kept_by_no_cache(
    people: People, session: Session, client: Client
) -> None:
    client.force_login(people.reviewer)
    response = client.get(of_session("session_pdf")(session))
    assert (response["Content-Type"], response["Cache-Control"]) == ("application/pdf", "private, no-store")
    assert (
        f'filename="session-{session.created_at:%Y-%m-%d}-{str(session.pk)[:8]}.pdf"' in response["Content-Disposition"]
    )
    assert response.content.startswith(b"%PDF-")


def test_a_long_session_has_its_report_made_elsewhere(people: People, session: Session, client: Client) -> None:
    Session.objects.filter(pk=session.pk).update(event_count=AT_ONCE + 1)
    client.force_login(people.reviewer)
    response = client.get(of_session("session_pdf")(session))
    assert (response.status_code, "on its page" in response.content.decode()) == (409, True)
