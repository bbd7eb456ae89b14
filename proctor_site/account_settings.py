"""Signing in: settings of allauth and axes, and of single sign-on from the environment. Taken over by ``settings``."""

from __future__ import annotations

from datetime import timedelta
from typing import Any
from urllib.parse import urlsplit

from django.core.exceptions import ImproperlyConfigured

from proctor_site.env import envbool, envint, envstr

AUTHENTICATION_BACKENDS = ["exams.accounts.backend.Backend"]
PASSWORD_HASHERS = [
    "exams.accounts.hashers.Argon2",
    "django.contrib.auth.hashers.PBKDF2PasswordHasher",  # checks older ones, and Argon2id takes their place
]
PASSWORD_RESET_TIMEOUT = 24 * 3600

# ---- Pages of allauth; exams.accounts.urls says which of them there are ----
ACCOUNT_ADAPTER = "exams.accounts.adapter.AccountAdapter"
ACCOUNT_FORMS = {
    "login": "exams.accounts.forms.SignInForm",
    "reset_password": "exams.accounts.forms.ForgottenPasswordForm",
    "reset_password_from_key": "exams.accounts.forms.NewPasswordForm",
    "change_password": "exams.accounts.forms.ChangeForm",
    "set_password": "exams.accounts.forms.SetForm",
    "reauthenticate": "exams.accounts.forms.PasswordAgainForm",
}
ACCOUNT_LOGIN_METHODS = {"username", "email"}
ACCOUNT_SIGNUP_FIELDS = ["username*", "email", "password1*"]  # of a form nobody reaches: people come by invitation
ACCOUNT_EMAIL_VERIFICATION = "none"  # addresses are the institution's; invitations prove them
ACCOUNT_EMAIL_UNKNOWN_ACCOUNTS = False  # strangers' addresses get no mail from here
ACCOUNT_EMAIL_SUBJECT_PREFIX = ""
ACCOUNT_PASSWORD_RESET_TOKEN_GENERATOR = "django.contrib.auth.tokens.PasswordResetTokenGenerator"  # noqa: S105
ACCOUNT_SESSION_REMEMBER = True  # a browser that crashed comes back into the exam
ACCOUNT_SESSION_COOKIE_AGE = 14 * 24 * 3600
ACCOUNT_USER_DISPLAY = "exams.accounts.adapter.display_name"
# No limit by address: a class sits behind one. Wrong passwords and codes are counted by axes, below, in the database;
# these are throttles of each process.
ACCOUNT_RATE_LIMITS = {
    "login": None,
    "login_failed": None,
    "reset_password": "3/5m/key",
    "reset_password_from_key": None,
    "change_password": "5/m/user",
    "reauthenticate": None,
}

MFA_ADAPTER = "exams.accounts.adapter.SecondFactorAdapter"
MFA_FORMS = {
    "authenticate": "exams.accounts.forms.CodeForm",
    "reauthenticate": "exams.accounts.forms.CodeAgainForm",
    "activate_totp": "exams.accounts.forms.AddAppForm",
    "add_webauthn": "exams.accounts.forms.AddKeyForm",
    "edit_webauthn": "exams.accounts.forms.RenameKeyForm",
}
MFA_SUPPORTED_TYPES = ["totp", "webauthn", "recovery_codes"]
MFA_ALLOW_UNVERIFIED_EMAIL = True  # who signs in here was invited or added; nobody takes an address for themselves
MFA_TOTP_ISSUER = "Proctor"
PROCTOR_REQUIRE_2FA = envbool("PROCTOR_REQUIRE_2FA", False)  # of superusers; institutions decide for their staff
# Names of the addresses that are candidates' own: staff who sit an exam themselves need no second factor for it.
OPEN_WITHOUT_SECOND_FACTOR = {
    "home",
    "exam",
    "practice",
    "room",
    "unwatched_room",
    "result",
    "question_picture",
    "api_attempt",
    "api_answers",
    "api_attempt_finish",
    "api_time",
    "api_break",
    "api_session",
    "api_session_answers",
    "api_finish",
    "api_signals",
}

# ---- Failed sign-ins: exams.accounts.lockout ----
AXES_HANDLER = "exams.accounts.lockout.LockoutHandler"
AXES_LOCKOUT_PARAMETERS = [["username", "ip_address"]]
AXES_FAILURE_LIMIT = 10
AXES_COOLOFF_TIME = timedelta(minutes=15)
AXES_RESET_ON_SUCCESS = True
AXES_RESET_COOL_OFF_ON_FAILURE_DURING_LOCKOUT = False  # who goes on trying keeps nobody out for longer
AXES_ENABLE_ACCESS_FAILURE_LOG = True
AXES_DISABLE_ACCESS_LOG = True  # who signed in when, and from where, is not kept
AXES_ENABLE_ADMIN = False  # exams.admin.sign_ins has its place
AXES_VERBOSE = False
AXES_USERNAME_CALLABLE = "exams.accounts.lockout.name_of"
AXES_CLIENT_IP_CALLABLE = "exams.accounts.addresses.client_network"
AXES_LOCKOUT_CALLABLE = "exams.accounts.lockout.locked_page"
AXES_SENSITIVE_PARAMETERS = ["username", "ip_address", "login", "email", "code", "credential", "csrfmiddlewaretoken"]
# ---- Behind a proxy ----
PROCTOR_PROXIES = envint("PROCTOR_PROXIES", 1, minimum=1) if envbool("PROCTOR_BEHIND_PROXY", False) else 0
ALLAUTH_TRUSTED_PROXY_COUNT = PROCTOR_PROXIES

# ---- Single sign-on ----
SOCIALACCOUNT_ADAPTER = "exams.accounts.sso.SocialAdapter"
# Begun by a link: a form's way through a redirect to the provider is what the strict content policy forbids. A
# stranger's link can at most sign people in as themselves; the state that comes back is still checked.
SOCIALACCOUNT_LOGIN_ON_GET = True
SOCIALACCOUNT_STORE_TOKENS = False
SOCIALACCOUNT_OPENID_CONNECT_URL_PREFIX = "oidc"
SOCIALACCOUNT_ONLY = False


def single_sign_on() -> dict[str, Any]:
    """SOCIALACCOUNT_PROVIDERS for the provider in the environment; empty without one.

    Raises ImproperlyConfigured when only a part of it is there, naming what is missing.
    """
    names = ("PROCTOR_OIDC_ISSUER", "PROCTOR_OIDC_CLIENT_ID", "PROCTOR_OIDC_CLIENT_SECRET")
    given = {name: envstr(name, "").strip() for name in names}
    title = envstr("PROCTOR_OIDC_NAME", "").strip()
    if not any(given.values()) and not title:
        return {}
    missing = [name for name, value in given.items() if not value]
    if missing:
        raise ImproperlyConfigured(
            f"Single sign-on is set up by half: {' and '.join(missing)} {'is' if len(missing) == 1 else 'are'} missing."
        )
    issuer, client_id, secret = given.values()
    parts = urlsplit(issuer)
    local = parts.hostname in {"127.0.0.1", "localhost", "::1"}
    if not parts.hostname or (parts.scheme != "https" and not (parts.scheme == "http" and local)):
        raise ImproperlyConfigured(f"PROCTOR_OIDC_ISSUER must be an https:// address, not “{issuer}”.")
    app = {
        "provider_id": "sso",
        "name": title or "single sign-on",
        "client_id": client_id,
        "secret": secret,
        "settings": {"server_url": issuer.rstrip("/"), "oauth_pkce_enabled": True},
    }
    return {"openid_connect": {"APPS": [app]}}


SOCIALACCOUNT_PROVIDERS = single_sign_on()
