"""From a file to people enrolled and invited: first what would come of it, then all of it or nothing."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.db import DatabaseError
from django.test import Client
from django.utils import timezone
from pytest_django import DjangoAssertNumQueries

from exams.models import Exam, Invitation, Membership, RosterImport, User
from exams.services import invitations, rosters
from exams.services.rosters import RosterRefused
from tests import factories
from tests.factories import People
from tests.statements import before

pytestmark = pytest.mark.django_db


@pytest.fixture
def people() -> People:
    return factories.people()


@pytest.fixture
def exam(people: People) -> Exam:
    return factories.exam(people.institution, candidates=(people.other_candidate,), questions=False)


def with_address(user: User, email: str) -> User:
    user.email = email
    user.save()
    return user


def check(exam: Exam | None, by: User, text: str) -> RosterImport:
    institution = exam.institution if exam is not None else by.memberships.get().institution
    return rosters.check(institution=institution, exam=exam, by=by, file_name="class.csv", data=text.encode())


def outcomes(roster: RosterImport) -> list[str]:
    roster.refresh_from_db()
    return [str(row[2]) for row in roster.outcomes]


def carried_out(roster: RosterImport) -> RosterImport:
    RosterImport.objects.filter(pk=roster.pk).update(state="waiting")
    rosters.carry_out(RosterImport.objects.get(pk=roster.pk))
    roster.refresh_from_db()
    return roster


FILE = """email,username,first_name,last_name,number
ada@example.org,,Ada,Lovelace,17
,{known},,,18
{enrolled},,,,
new@example.org,,New,Person,19
ADA@example.org,,Ada,Again,
nonsense,,,,
,nobody,,,
"""


def text_of(people: People) -> str:
    with_address(people.candidate, "Ada@Example.org")
    with_address(people.other_candidate, "other@example.org")
    return FILE.format(known=people.reviewer.username, enrolled="other@example.org")


EXPECTED = ["enrol", "enrol", "nothing", "invite", "problem", "problem", "problem"]


def test_the_check_says_what_would_come_of_each_line_and_writes_nothing(people: People, exam: Exam) -> None:
    roster = check(exam, people.administrator, text_of(people))
    assert outcomes(roster) == EXPECTED
    assert [row[0] for row in roster.outcomes] == [2, 3, 4, 5, 6, 7, 8]
    assert "line 2 already" in str(roster.outcomes[4][3])
    assert exam.enrolments.count() == 1
    assert not Invitation.objects.exists()


def test_carried_out_people_here_are_enrolled_and_others_invited(people: People, exam: Exam) -> None:
    roster = carried_out(check(exam, people.administrator, text_of(people)))
    assert (roster.state, roster.done, bytes(roster.content)) == ("done", 7, b"")
    assert outcomes(roster) == EXPECTED
    assert {enrolment.candidate for enrolment in exam.enrolments.all()} == {
        people.candidate,
        people.other_candidate,
        people.reviewer,
    }
    candidates = Membership.objects.filter(institution=people.institution, role="candidate")
    assert candidates.get(user=people.candidate).reference == "17"
    assert candidates.get(user=people.reviewer).reference == "18"
    invited = Invitation.objects.get()
    assert (invited.email, invited.exam, invited.first_name) == ("new@example.org", exam, "New")
    newcomer = invitations.accept_as_newcomer(
        invitation=invited, first_name="New", last_name="Person", password="a long pass phrase"
    )
    assert candidates.get(user=newcomer).reference == "19"
    assert exam.enrolments.filter(candidate=newcomer).exists()


def test_importing_the_same_file_again_changes_nothing(people: People, exam: Exam) -> None:
    text = text_of(people)
    carried_out(check(exam, people.administrator, text))
    again = carried_out(check(exam, people.administrator, text))
    assert outcomes(again)[:4] == ["nothing"] * 4
    assert (exam.enrolments.count(), Invitation.objects.count()) == (3, 1)


def test_an_account_elsewhere_is_not_told_of_and_gets_an_invitation(people: People, exam: Exam) -> None:
    with_address(people.foreign_candidate, "there@example.org")
    text = f"email,username\nthere@example.org,\n,{people.foreign_candidate.username}\n"
    roster = check(exam, people.administrator, text)
    assert outcomes(roster) == ["invite", "problem"]
    assert "Nobody here has this user name" in str(roster.outcomes[1][3])


def test_authors_enrol_those_who_are_here_and_invite_nobody(people: People, exam: Exam) -> None:
    with_address(people.candidate, "ada@example.org")
    roster = check(exam, people.author, "email\nada@example.org\nnew@example.org\n")
    assert outcomes(roster) == ["enrol", "problem"]
    assert "Only administrators invite" in str(roster.outcomes[1][3])


def test_without_an_exam_people_become_candidates_of_the_institution(people: People) -> None:
    with_address(people.reviewer, "rev@example.org")
    with_address(people.candidate, "ada@example.org")
    roster = carried_out(
        check(None, people.administrator, "email\nrev@example.org\nada@example.org\nnew@example.org\n")
    )
    assert outcomes(roster) == ["add", "nothing", "invite"]
    assert people.reviewer.memberships.filter(role="candidate").exists()
    assert Invitation.objects.get().exam is None


def test_who_shares_an_address_must_be_named(people: People, exam: Exam) -> None:
    for user in (people.candidate, people.reviewer):
        with_address(user, "shared@example.org")
    text = f"email,username\nshared@example.org,\nshared@example.org,{people.candidate.username}\n"
    assert outcomes(check(exam, people.administrator, text)) == ["problem", "enrol"]


def test_a_user_name_with_another_address_is_not_taken_for_the_same_person(people: People, exam: Exam) -> None:
    with_address(people.candidate, "ada@example.org")
    text = f"email,username\nother@example.org,{people.candidate.username}\n"
    assert outcomes(check(exam, people.administrator, text)) == ["problem"]


def test_what_changed_after_the_check_is_looked_at_anew(people: People, exam: Exam) -> None:
    with_address(people.candidate, "ada@example.org")
    roster = check(exam, people.administrator, "email\nada@example.org\n")
    exam.enrolments.create(candidate=people.candidate)
    assert outcomes(carried_out(roster)) == ["nothing"]


def test_when_anything_fails_nothing_is_written(people: People, exam: Exam, monkeypatch: pytest.MonkeyPatch) -> None:
    def full(*args: object, **kwargs: object) -> None:
        raise DatabaseError("disk full")

    roster = check(exam, people.administrator, text_of(people))
    monkeypatch.setattr(Invitation.objects, "bulk_create", full)
    failed = carried_out(roster)
    assert failed.state == "failed"
    assert "nothing was written" in failed.error
    assert exam.enrolments.count() == 1


def test_confirming_twice_carries_it_out_once(people: People, exam: Exam) -> None:
    roster = check(exam, people.administrator, text_of(people))
    assert rosters.confirm(roster=roster).state == "waiting"
    assert rosters.confirm(roster=roster).state == "waiting"
    rosters.carry_out(RosterImport.objects.get(pk=roster.pk))
    rosters.carry_out(RosterImport.objects.get(pk=roster.pk))
    assert Invitation.objects.count() == 1


def lost(roster: RosterImport, state: str, seconds: int = 5) -> RosterImport:
    return factories.silent(roster, rosters.LOST_AFTER, state, seconds)


LOST = "It has not gone on for {} minutes; the server may have been restarted. Nothing was imported. Try again."


@pytest.mark.parametrize(("state", "minutes"), [("waiting", 30), ("running", 10)])
def test_one_that_nobody_goes_on_with_says_so_and_is_confirmed_again(
    people: People, exam: Exam, state: str, minutes: int
) -> None:
    roster = rosters.confirm(roster=check(exam, people.administrator, text_of(people)))
    assert rosters.judged(lost(roster, state, -5)).state == state, "it may still go on"
    judged = rosters.judged(lost(roster, state))
    assert (judged.state, judged.error) == ("checked", LOST.format(minutes))
    again = rosters.confirm(roster=roster)
    assert (again.state, again.error) == ("waiting", "")
    assert rosters.judged(again).state == "waiting", "it has its time anew"
    rosters.carry_out(RosterImport.objects.get(pk=roster.pk))
    assert outcomes(roster) == EXPECTED
    assert (roster.state, Invitation.objects.count()) == ("done", 1)


def test_confirming_one_that_was_lost_has_it_carried_out(people: People, exam: Exam) -> None:
    roster = lost(check(exam, people.administrator, text_of(people)), "running")
    assert rosters.confirm(roster=roster).state == "waiting"


def test_one_that_was_thought_lost_writes_nothing(people: People, exam: Exam) -> None:
    roster = rosters.confirm(roster=check(exam, people.administrator, text_of(people)))

    def put_back() -> None:
        rosters.judged(lost(roster, "running"))

    with before('INSERT INTO "exams_invitation"', put_back):
        rosters.carry_out(RosterImport.objects.get(pk=roster.pk))
    roster.refresh_from_db()
    assert (exam.enrolments.count(), Invitation.objects.count()) == (1, 0)
    assert bytes(roster.content), "it can be confirmed again"


def test_over_the_api_one_that_was_lost_says_so(client: Client, people: People, exam: Exam) -> None:
    roster = lost(check(exam, people.administrator, text_of(people)), "waiting")
    client.force_login(people.administrator)
    url = f"/api/v1/exams/{exam.pk}/rosters/{roster.pk}/"
    told = client.get(url).json()
    assert (told["state"], told["error"]) == ("checked", LOST.format(30))
    assert client.post(f"{url}confirm/").json()["state"] == "waiting"


def test_a_file_that_cannot_be_read_is_refused_with_its_sentence(people: People, exam: Exam) -> None:
    with pytest.raises(RosterRefused, match="one of them “email”"):
        check(exam, people.administrator, "name\nAda\n")


def test_thousands_of_lines_take_a_handful_of_queries(
    people: People, exam: Exam, django_assert_max_num_queries: DjangoAssertNumQueries
) -> None:
    text = "email\n" + "".join(f"person{number}@example.org\n" for number in range(2000))
    with django_assert_max_num_queries(15):
        roster = check(exam, people.administrator, text)
    with django_assert_max_num_queries(80):
        roster = carried_out(roster)
    assert (roster.state, Invitation.objects.count()) == ("done", 2000)


def test_rosters_are_forgotten_after_a_while(people: People, exam: Exam) -> None:
    check(exam, people.administrator, "email\na@example.org\n")
    assert rosters.forget_old(timezone.now()) == 0
    assert rosters.forget_old(timezone.now() + rosters.KEPT + timedelta(minutes=1)) == 1
