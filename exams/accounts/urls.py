"""The pages of allauth there are, and ours around them. Signing up, e-mail addresses and connections are not there:
an address that is not in this list does not exist."""

from __future__ import annotations

from allauth.account import views as account
from allauth.mfa.base import views as mfa
from allauth.mfa.recovery_codes import views as codes
from allauth.mfa.totp import views as totp
from allauth.mfa.webauthn import views as keys
from allauth.socialaccount import views as social
from django.urls import path, re_path

from exams.accounts import sso, views
from exams.accounts.two_factor import guarded

RESET_KEY = r"^accounts/password/reset/key/(?P<uidb36>[0-9A-Za-z]+)-(?P<key>.+)/$"

urlpatterns = [
    path("accounts/", views.account, name="account"),
    path("accounts/login/", account.login, name="account_login"),
    path("accounts/login/", account.login, name="login"),
    path("accounts/logout/", account.logout, name="account_logout"),
    path("accounts/logout/", account.logout, name="logout"),
    path("accounts/inactive/", account.account_inactive, name="account_inactive"),
    path("accounts/reauthenticate/", account.reauthenticate, name="account_reauthenticate"),
    path("accounts/password/change/", account.password_change, name="account_change_password"),
    path("accounts/password/set/", guarded(account.password_set), name="account_set_password"),
    path("accounts/password/reset/", account.password_reset, name="account_reset_password"),
    path("accounts/password/reset/done/", account.password_reset_done, name="account_reset_password_done"),
    path(
        "accounts/password/reset/key/done/",
        account.password_reset_from_key_done,
        name="account_reset_password_from_key_done",
    ),
    re_path(RESET_KEY, account.password_reset_from_key, name="account_reset_password_from_key"),
    path("accounts/2fa/", mfa.index, name="mfa_index"),
    path("accounts/2fa/show/", views.second_factor, name="second_factor"),
    path("accounts/2fa/authenticate/", mfa.authenticate, name="mfa_authenticate"),
    path("accounts/2fa/reauthenticate/", mfa.reauthenticate, name="mfa_reauthenticate"),
    path("accounts/2fa/app/add/", guarded(totp.activate_totp), name="mfa_activate_totp"),
    path("accounts/2fa/app/remove/", guarded(totp.deactivate_totp), name="mfa_deactivate_totp"),
    path("accounts/2fa/codes/", guarded(codes.view_recovery_codes), name="mfa_view_recovery_codes"),
    path("accounts/2fa/codes/new/", guarded(codes.generate_recovery_codes), name="mfa_generate_recovery_codes"),
    path("accounts/2fa/codes/download/", guarded(codes.download_recovery_codes), name="mfa_download_recovery_codes"),
    path("accounts/2fa/keys/", keys.list_webauthn, name="mfa_list_webauthn"),
    path("accounts/2fa/keys/add/", guarded(keys.add_webauthn), name="mfa_add_webauthn"),
    path("accounts/2fa/keys/reauthenticate/", keys.reauthenticate_webauthn, name="mfa_reauthenticate_webauthn"),
    path("accounts/2fa/keys/<int:pk>/rename/", guarded(keys.edit_webauthn), name="mfa_edit_webauthn"),
    path("accounts/2fa/keys/<int:pk>/remove/", guarded(keys.remove_webauthn), name="mfa_remove_webauthn"),
    path("accounts/oidc/<slug:provider_id>/login/", sso.login, name="openid_connect_login"),
    path("accounts/oidc/<slug:provider_id>/login/callback/", sso.callback, name="openid_connect_callback"),
    path("accounts/sso/cancelled/", social.login_cancelled, name="socialaccount_login_cancelled"),
    path("accounts/sso/error/", social.login_error, name="socialaccount_login_error"),
    path("invitations/<str:token>/", views.invitation, name="invitation"),
]
