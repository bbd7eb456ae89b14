"""How the admin looks and what its sidebar offers (https://unfoldadmin.com/docs/configuration/settings/)."""

from __future__ import annotations

from typing import Any

from django.http import HttpRequest
from django.templatetags.static import static
from django.urls import reverse_lazy


def stylesheet(request: HttpRequest) -> str:
    return static("css/proctor.css")


def icon(request: HttpRequest) -> str:
    return static("icon.svg")


def keyboard_script(request: HttpRequest) -> str:
    return static("js/proctor/keyboard.js")


def _item(title: str, icon: str, url: str, sees: str = "", active: str = "") -> dict[str, Any]:
    item: dict[str, Any] = {"title": title, "icon": icon, "link": reverse_lazy(url)}
    if sees:
        item["permission"] = f"proctoring.admin.navigation.sees_{sees}"
    if active:
        item["active"] = f"proctoring.admin.navigation.{active}"
    return item


UNFOLD: dict[str, Any] = {
    "SITE_TITLE": "Proctoring",
    "SITE_HEADER": "Proctoring",
    "SITE_SYMBOL": "visibility",
    "SITE_FAVICONS": [{"rel": "icon", "type": "image/svg+xml", "href": icon}],
    "SITE_URL": "/",
    "SHOW_HISTORY": True,
    "SHOW_VIEW_ON_SITE": False,
    "STYLES": [stylesheet],
    "SCRIPTS": [keyboard_script],
    "DASHBOARD_CALLBACK": "proctoring.admin.dashboard.dashboard",
    "ACCOUNT": {"navigation": [{"title": "Your account", "link": reverse_lazy("account")}]},
    "COLORS": {
        "primary": {
            "50": "oklch(97.1% .014 230)",
            "100": "oklch(94% .033 230)",
            "200": "oklch(89% .063 231)",
            "300": "oklch(81% .11 233)",
            "400": "oklch(72% .14 236)",
            "500": "oklch(62% .15 240)",
            "600": "oklch(51% .14 243)",
            "700": "oklch(45% .125 244)",
            "800": "oklch(40% .105 244)",
            "900": "oklch(35% .085 244)",
            "950": "oklch(26% .06 245)",
        },
    },
    "SIDEBAR": {
        "show_search": False,
        "show_all_applications": False,
        "navigation": [
            {
                "title": "Watching",
                "items": [
                    _item("Live now", "grid_view", "admin:index", active="is_live"),
                    _item(
                        "Sessions",
                        "video_camera_front",
                        "admin:proctoring_session_changelist",
                        "sessions",
                        "is_session",
                    ),
                    _item("Attempts", "timer", "admin:exams_attempt_changelist", "attempts"),
                    _item("Events", "list_alt", "admin:proctoring_event_changelist", "sessions"),
                    _item("Purges", "auto_delete", "admin:proctoring_purgerecord_changelist", "purges"),
                    _item("Outages", "cloud_off", "admin:exams_outage_changelist", "outages"),
                    _item("Accuracy", "target", "accuracy"),
                ],
            },
            {
                "title": "Preparing",
                "separator": True,
                "items": [
                    _item("Exams", "quiz", "admin:exams_exam_changelist", active="is_exam"),
                    _item("Questions", "help", "admin:exams_question_changelist", "questions"),
                    _item("Policies", "tune", "admin:proctoring_exampolicy_changelist", "policies"),
                    _item("Policy presets", "bookmark", "admin:proctoring_policypreset_changelist", "policies"),
                ],
            },
            {
                "title": "Marking",
                "separator": True,
                "items": [
                    _item("Marking queue", "edit_note", "admin:exams_mark_changelist", "results"),
                    _item("Results", "bar_chart", "admin:exams_results_list", "results", "is_results"),
                ],
            },
            {
                "title": "People",
                "separator": True,
                "items": [
                    _item("People", "group", "admin:exams_user_changelist", "people"),
                    _item("Accommodations", "accessible", "admin:exams_accommodation_changelist", "accommodations"),
                    _item("Rosters", "upload_file", "admin:exams_rosterimport_changelist", "questions"),
                    _item("Invitations", "mail", "admin:exams_invitation_changelist", "people"),
                    _item("Roles", "badge", "admin:exams_membership_changelist", "people"),
                    _item("Institutions", "account_balance", "admin:exams_institution_changelist", "institutions"),
                    _item("Locked sign-ins", "lock_person", "admin:exams_signinlock_changelist", "people"),
                    _item("Webhooks", "webhook", "admin:exams_webhookendpoint_changelist", "institutions"),
                    _item("Deliveries", "outbox", "admin:exams_webhookdelivery_changelist", "institutions"),
                    _item("API keys", "key", "admin:exams_apitoken_changelist"),
                ],
            },
        ],
    },
}
