"""Every page × every role × the own and a foreign institution. A page that is not in the table fails."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from django.http import HttpResponseBase
from django.test import Client
from pytest_django import Settings

from tests.routes.addresses import routes
from tests.routes.place import MARK, Place, place

pytestmark = pytest.mark.django_db

NOBODY: frozenset[str] = frozenset()
SUPERUSER = frozenset({"superuser"})
ADMINISTRATORS = frozenset({"superuser", "administrator"})
EDITORS = frozenset({"superuser", "administrator", "author"})
MARKERS = frozenset({"superuser", "administrator", "author", "reviewer"})
STOPPING = frozenset({"superuser", "administrator", "proctor"})
WATCHERS = frozenset({"superuser", "administrator", "proctor", "reviewer"})
STAFF = frozenset({"superuser", "administrator", "author", "proctor", "reviewer"})
CANDIDATE = frozenset({"candidate"})
EVERYBODY = STAFF | CANDIDATE
# Made by one person for themselves.
PROCTOR, AUTHOR = frozenset({"proctor"}), frozenset({"author"})

ROLES = sorted(EVERYBODY)
FOREIGN = ("foreign_administrator", "foreign_proctor", "foreign_reviewer", "foreign_candidate")

# Asked by POST: they answer any GET with 405 before they look who asks.
BY_POST = {
    "admin:exams_question_preview",
    "admin:exams_exam_preview_marks",
    "admin:exams_exam_revise",
    "admin:exams_results_again",
    "admin:exams_attempt_answers",
    "admin:proctoring_session_verdict",
    "admin:proctoring_session_review",
}
SIGN_OUT = {"account_logout", "logout", "admin:logout"}

# Who gets in at home. NOBODY: what is made by services alone, what belongs to somebody else, and doors for strangers.
TABLE: dict[frozenset[str], tuple[str, ...]] = {
    ADMINISTRATORS: (
        "admin:exams_invitation_changelist",
        "admin:exams_invitation_add",
        "admin:exams_invitation_history",
        "admin:exams_invitation_change",
        "admin:exams_membership_changelist",
        "admin:exams_membership_add",
        "admin:exams_membership_history",
        "admin:exams_membership_delete",
        "admin:exams_membership_change",
        "admin:auth_user_password_change",
        "admin:exams_user_add",
        "admin:exams_signinlock_changelist",
        "admin:exams_failedsignin_changelist",
        "admin:exams_webhookendpoint_changelist",
        "admin:exams_webhookendpoint_add",
        "admin:exams_webhookendpoint_history",
        "admin:exams_webhookendpoint_delete",
        "admin:exams_webhookendpoint_change",
        "admin:exams_webhookdelivery_changelist",
        "admin:exams_webhookdelivery_history",
        "admin:exams_webhookdelivery_change",
        "admin:exams_institution_changelist",
        "admin:exams_institution_history",
        "admin:exams_institution_change",
        "admin:proctoring_purgerecord_changelist",
        "admin:proctoring_purgerecord_history",
        "admin:proctoring_purgerecord_change",
    ),
    CANDIDATE: (
        "home",
        "exam",
        "room",
    ),
    EDITORS: (
        "admin:exams_section_history",
        "admin:exams_section_delete",
        "admin:exams_section_change",
        "admin:exams_pool_history",
        "admin:exams_pool_delete",
        "admin:exams_pool_change",
        "admin:exams_user_changelist",
        "admin:exams_user_history",
        "admin:exams_user_change",
        "admin:exams_question_preview",
        "admin:exams_question_changelist",
        "admin:exams_question_add",
        "admin:exams_question_history",
        "admin:exams_question_delete",
        "admin:exams_question_change",
        "admin:exams_rosterimport_confirm",
        "admin:exams_rosterimport_state",
        "admin:exams_rosterimport_changelist",
        "admin:exams_rosterimport_add",
        "admin:exams_rosterimport_history",
        "admin:exams_rosterimport_change",
        "admin:exams_accommodation_revoke",
        "admin:exams_accommodation_changelist",
        "admin:exams_accommodation_add",
        "admin:exams_accommodation_history",
        "admin:exams_accommodation_change",
        "admin:proctoring_exampolicy_add",
        "admin:proctoring_exampolicy_delete",
        "admin:exams_exam_questions",
        "admin:exams_exam_preview",
        "admin:exams_exam_preview_marks",
        "admin:exams_exam_do",
        "admin:exams_exam_revise",
        "admin:exams_exam_duplicate",
        "admin:exams_exam_import",
        "admin:exams_exam_import_check",
        "admin:exams_exam_export",
        "admin:exams_exam_export_file",
        "admin:exams_exam_pictures",
        "admin:exams_results_publish",
        "admin:exams_results_withdraw",
        "admin:exams_results_key",
        "admin:exams_exam_add",
        "admin:exams_exam_delete",
        "admin:proctoring_policypreset_reset",
        "admin:proctoring_policypreset_changelist",
        "admin:proctoring_policypreset_history",
        "admin:proctoring_policypreset_change",
        "admin:exams_results_again",
    ),
    EVERYBODY: (
        "account",
        "account_inactive",
        "account_reauthenticate",
        "account_change_password",
        "account_set_password",
        "account_reset_password",
        "account_reset_password_done",
        "account_reset_password_from_key_done",
        "account_reset_password_from_key",
        "mfa_index",
        "second_factor",
        "mfa_reauthenticate",
        "mfa_activate_totp",
        "mfa_deactivate_totp",
        "mfa_view_recovery_codes",
        "mfa_generate_recovery_codes",
        "mfa_download_recovery_codes",
        "mfa_list_webauthn",
        "mfa_add_webauthn",
        "mfa_reauthenticate_webauthn",
        "mfa_edit_webauthn",
        "mfa_remove_webauthn",
        "socialaccount_login_cancelled",
        "practice",
        "how_often_wrong",
    ),
    MARKERS: (
        "admin:exams_mark_changelist",
        "admin:exams_mark_queue",
        "admin:exams_mark_marked",
        "admin:exams_mark_change",
        "admin:exams_results_list",
        "admin:exams_results",
        "admin:exams_results_statistics",
        "admin:exams_results_attempt",
        "admin:exams_attempt_answers",
        "admin:exams_results_again_state",
        "admin:exams_results_file",
        "question_picture",
    ),
    NOBODY: (
        "admin:login",
        "admin:autocomplete",
        "admin:view_on_site",
        "admin:auth_group_history",
        "admin:auth_group_delete",
        "admin:auth_group_change",
        "admin:exams_invitation_delete",
        "admin:exams_outage_add",
        "admin:exams_outage_delete",
        "admin:exams_section_add",
        "admin:exams_pool_add",
        "admin:exams_rosterimport_delete",
        "admin:exams_signinlock_add",
        "admin:exams_signinlock_history",
        "admin:exams_signinlock_delete",
        "admin:exams_signinlock_change",
        "admin:exams_failedsignin_add",
        "admin:exams_failedsignin_history",
        "admin:exams_failedsignin_delete",
        "admin:exams_failedsignin_change",
        "admin:exams_apitoken_delete",
        "admin:exams_webhookdelivery_add",
        "admin:exams_webhookdelivery_delete",
        "admin:exams_accommodation_delete",
        "admin:exams_attempt_time",
        "admin:exams_attempt_add",
        "admin:exams_attempt_delete",
        "admin:proctoring_event_add",
        "admin:proctoring_event_delete",
        "admin:proctoring_policypreset_add",
        "admin:proctoring_policypreset_delete",
        "admin:proctoring_purgerecord_add",
        "admin:proctoring_purgerecord_delete",
        "admin:proctoring_session_time",
        "admin:proctoring_session_add",
        "admin:proctoring_session_delete",
        "result",
        "receipt",
        "receipt_file",
        "account_login",
        "login",
        "mfa_authenticate",
        "openid_connect_login",
        "openid_connect_callback",
        "socialaccount_login_error",
        "invitation",
        "unwatched_room",
        "own_record",
    ),
    STAFF: (
        "admin:search",
        "admin:index",
        "admin:password_change",
        "admin:password_change_done",
        "admin:jsi18n",
        "admin:exams_section_changelist",
        "admin:exams_pool_changelist",
        "admin:exams_apitoken_changelist",
        "admin:exams_apitoken_add",
        "admin:exams_attempt_changelist",
        "admin:exams_attempt_history",
        "admin:exams_attempt_change",
        "admin:proctoring_exampolicy_changelist",
        "admin:proctoring_exampolicy_history",
        "admin:proctoring_exampolicy_change",
        "admin:exams_exam_changelist",
        "admin:exams_exam_history",
        "admin:exams_exam_change",
        "admin:app_list",
        "accuracy",
        "model_card",
    ),
    STOPPING: ("admin:proctoring_session_stop",),
    SUPERUSER: (
        "admin:auth_group_changelist",
        "admin:auth_group_add",
        "admin:exams_outage_changelist",
        "admin:exams_outage_history",
        "admin:exams_outage_change",
        "admin:exams_user_delete",
        "admin:exams_institution_add",
        "admin:exams_institution_delete",
        "internal_metrics",
    ),
    WATCHERS: (
        "admin:proctoring_event_changelist",
        "admin:proctoring_event_history",
        "admin:proctoring_event_change",
        "admin:proctoring_exports",
        "admin:proctoring_wall",
        "admin:proctoring_wall_events",
        "admin:proctoring_session_events",
        "admin:proctoring_session_verdict",
        "admin:proctoring_session_review",
        "admin:proctoring_session_changelist",
        "admin:proctoring_session_history",
        "admin:proctoring_session_change",
        "live_frame",
        "session_csv",
        "session_json",
        "session_pdf",
        "admin:proctoring_session_report",
        "snapshot",
    ),
    AUTHOR: (
        "admin:exams_apitoken_history",
        "admin:exams_apitoken_change",
        "admin:exams_exam_import_state",
    ),
    PROCTOR: (
        "export",
        "export_file",
    ),
}
BY_NAME = {name: allowed for allowed, names in TABLE.items() for name in names}


@pytest.fixture
def home(settings: Settings, tmp_path: Path) -> Place:
    settings.MEDIA_ROOT = tmp_path
    return place()


def ask(client: Client, home: Place, name: str) -> HttpResponseBase:
    url = home.url(name)
    answer: HttpResponseBase = client.post(url) if name in BY_POST else client.get(url)
    return answer


def content(answer: Any) -> bytes:
    """``close()`` would close the test's connection to the database too."""
    if not answer.streaming:
        return bytes(answer.content)
    found = b"".join(answer.streaming_content)
    if file := getattr(answer, "file_to_stream", None):
        file.close()
    return found


def gets_in(answer: HttpResponseBase) -> bool:
    """Django's admin sends who may not see an object to its start; the login is no way in either."""
    if answer.status_code in (301, 302):
        place = answer["Location"]
        return place not in ("/", "/admin/") and not place.startswith(("/accounts/login", "/admin/login"))
    return answer.status_code not in (401, 403, 404)


def test_every_page_stands_in_the_table() -> None:
    assert {name for _, name in routes()} - SIGN_OUT == set(BY_NAME)


@pytest.mark.parametrize("who", ROLES)
def test_who_gets_in_at_home(client: Client, home: Place, who: str) -> None:
    client.force_login(getattr(home.people, who))
    wrong = {}
    for name, allowed in BY_NAME.items():
        answer = ask(client, home, name)
        content(answer)
        if gets_in(answer) != (who in allowed):
            wrong[name] = answer.status_code
    assert wrong == {}


@pytest.mark.parametrize("who", FOREIGN)
def test_at_another_institution_nothing_of_ours_is_seen(client: Client, home: Place, who: str) -> None:
    """What names one of our objects is closed; what names none shows nothing of ours."""
    client.force_login(getattr(home.people, who))
    wrong = {}
    for name, allowed in BY_NAME.items():
        answer = ask(client, home, name)
        shown = content(answer)
        names_ours = bool(home.arguments[name]) and allowed != EVERYBODY and name != "admin:app_list"
        if MARK.encode() in shown or (names_ours and gets_in(answer)):
            wrong[name] = answer.status_code
    assert wrong == {}


def test_who_is_not_signed_in_gets_to_no_page_of_anybody(client: Client, home: Place) -> None:
    for name, allowed in BY_NAME.items():
        answer = ask(client, home, name)
        content(answer)
        if name.startswith("admin:") or allowed not in (NOBODY, EVERYBODY):
            assert not gets_in(answer) or answer.status_code == 302, name
            assert answer.status_code != 200, name
