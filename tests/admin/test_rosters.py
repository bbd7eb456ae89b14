"""A roster in the admin: uploaded, looked at, carried out."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.utils import timezone

from exams.models import RosterImport, User
from exams.services import rosters
from proctor_site import background
from tests.admin.conftest import Scene

LIST = "/admin/exams/rosterimport/"


@pytest.fixture
def administrator(client: Client, scene: Scene) -> Client:
    client.force_login(scene.people.administrator)
    return client


def file(text: str) -> SimpleUploadedFile:
    return SimpleUploadedFile("class.csv", text.encode(), content_type="text/csv")


def uploaded(scene: Scene, text: str = "email\na@example.org\n") -> RosterImport:
    return rosters.check(
        institution=scene.people.institution,
        exam=scene.exam,
        by=scene.people.administrator,
        file_name="class.csv",
        data=text.encode(),
    )


def test_an_upload_shows_every_line_and_writes_nothing(administrator: Client, scene: Scene) -> None:
    data = {"exam": scene.exam.pk, "file": file("email\nnew@example.org\nnonsense\n")}
    page = administrator.post(f"{LIST}add/", data, follow=True).content.decode()
    assert "Import 1 person" in page
    assert "“nonsense” is no e-mail address." in page
    assert not scene.exam.invitations.exists()


def test_before_it_is_imported_it_says_what_will_be_and_whose_name_is_another(
    administrator: Client, scene: Scene
) -> None:
    person = scene.people.reviewer
    line = f",{person.username},Somebody,Else\n"
    roster = uploaded(scene, f"email,username,first name,last name\n{line}")
    page = administrator.get(f"{LIST}{roster.pk}/change/").content.decode()
    assert "<td>Will be enrolled</td>" in page and "Will be enrolled (1)" in page
    assert f"The account has another name, “{person.display_name}”, which stays as it is." in page
    RosterImport.objects.update(state="waiting")
    rosters.carry_out(RosterImport.objects.get())
    page = administrator.get(f"{LIST}{roster.pk}/change/").content.decode()
    assert "<td>Enrolled</td>" in page and "Will be" not in page
    assert "The account has another name" in page


def test_a_name_written_otherwise_only_in_capitals_is_the_same(administrator: Client, scene: Scene) -> None:
    person = scene.people.reviewer
    person.first_name, person.last_name = "Ada", "Lovelace"
    person.save()
    roster = uploaded(scene, f"email,username,first name,last name\n,{person.username},,LOVELACE\n")
    assert roster.outcomes[0][3] == ""


def test_only_lines_of_one_outcome_are_shown_on_demand(administrator: Client, scene: Scene) -> None:
    roster = uploaded(scene, "email\nnew@example.org\nnonsense\n")
    page = administrator.get(f"{LIST}{roster.pk}/change/", {"outcome": "problem"}).content.decode()
    assert "nonsense" in page
    assert "new@example.org" not in page


@pytest.mark.parametrize(
    ("data", "said"),
    [
        ({}, "Choose the file."),
        ({"file": ("name\nAda\n")}, "The first line must name the columns"),
        ({"file": ("email\na@example.org\n"), "exam": "foreign"}, "Select a valid choice"),
        ({"file": ("email\na@example.org\n"), "exam": "", "institution": ""}, "Choose an exam, or the institution"),
    ],
)
def test_what_cannot_be_taken_says_why(administrator: Client, scene: Scene, data: dict[str, str], said: str) -> None:
    fields: dict[str, object] = {"exam": scene.exam.pk, **data}
    if "file" in data:
        fields["file"] = file(data["file"])
    if fields["exam"] == "foreign":
        fields["exam"] = scene.foreign_exam.pk
    answer = administrator.post(f"{LIST}add/", fields)
    assert (answer.status_code, said in answer.content.decode()) == (422, True)
    assert not RosterImport.objects.exists()


@pytest.mark.django_db(transaction=True)
def test_confirmed_it_is_carried_out_and_its_progress_can_be_followed(administrator: Client, scene: Scene) -> None:
    roster = uploaded(scene)
    administrator.post(f"{LIST}{roster.pk}/confirm/")
    background.join()
    assert administrator.get(f"{LIST}{roster.pk}/state.json").json() == {
        "state": "ready",
        "done": 1,
        "total": 1,
        "error": "",
    }
    assert scene.exam.invitations.get().email == "a@example.org"


def test_one_that_was_lost_says_so_and_can_be_imported_again(administrator: Client, scene: Scene) -> None:
    roster = uploaded(scene)
    long_ago = timezone.now() - timedelta(hours=1)
    RosterImport.objects.update(state="running", touched_at=long_ago)
    told = administrator.get(f"{LIST}{roster.pk}/state.json").json()
    said = "It has not gone on for 10 minutes; the server may have been restarted. Nothing was imported. Try again."
    assert (told["state"], told["error"]) == ("failed", said)
    page = administrator.get(f"{LIST}{roster.pk}/change/").content.decode()
    assert said in page
    assert "Import 1 person" in page


@pytest.mark.parametrize("who", ["author", "administrator", "superuser"])
def test_those_who_write_exams_may(client: Client, scene: Scene, who: str) -> None:
    client.force_login(getattr(scene.people, who))
    assert client.get(f"{LIST}add/").status_code == 200
    assert client.get(f"{LIST}{uploaded(scene).pk}/change/").status_code == 200


@pytest.mark.parametrize("who", ["proctor", "reviewer", "foreign_administrator"])
def test_others_may_not(client: Client, scene: Scene, who: str) -> None:
    roster = uploaded(scene)
    user: User = getattr(scene.people, who)
    client.force_login(user)
    assert client.get(f"{LIST}{roster.pk}/change/").status_code == 404
    assert client.get(f"{LIST}{roster.pk}/state.json").status_code == 404
    assert client.post(f"{LIST}{roster.pk}/confirm/").status_code == 404
    assert "class.csv" not in client.get(LIST).content.decode()
