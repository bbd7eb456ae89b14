"""Where allauth asks the site: words, addresses, mail, and when somebody must prove again who they are."""

from __future__ import annotations

from typing import Any

from allauth.account.adapter import DefaultAccountAdapter
from allauth.core import context
from allauth.mfa.adapter import DefaultMFAAdapter
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest

from exams.accounts import mail, two_factor
from exams.accounts.addresses import client_address
from exams.models import User

WRONG = "This name and password do not belong together. Passwords care about capital letters."


def display_name(user: User) -> str:
    return user.display_name


class AccountAdapter(DefaultAccountAdapter):
    error_messages = {
        **DefaultAccountAdapter.error_messages,
        "username_password_mismatch": WRONG,
        "email_password_mismatch": WRONG,
        "incorrect_password": "This is not your password.",
        "rate_limited": "Too many tries. Please wait a minute.",
    }

    def is_open_for_signup(self, request: HttpRequest) -> bool:
        """People come by invitation or are added by an administrator."""
        return False

    def get_client_ip(self, request: HttpRequest) -> str:
        address = client_address(request)
        if address is None:
            raise PermissionDenied("The address of the client cannot be told.")
        return address

    def get_password_change_redirect_url(self, request: HttpRequest) -> str:
        return "/accounts/"

    def get_reauthentication_methods(self, user: Any) -> list[dict[str, Any]]:
        """Who has a second factor shows that: a password alone, typed into an old session, must not remove it."""
        methods = super().get_reauthentication_methods(user)
        return [method for method in methods if method["id"].startswith("mfa_reauthenticate")] or methods

    def is_reauthentication_required(self, *, app: str, **kwargs: Any) -> bool:
        return two_factor.must_prove_again(context.request)

    def send_notification_mail(
        self, template_prefix: str, user: Any, context: dict[str, Any] | None = None, email: str | None = None
    ) -> None:
        """One of the sentences in ``mail.NOTICES``, sent outside the request; without the visitor's address."""
        mail.send_notice_soon(user.pk, template_prefix)


class SecondFactorAdapter(DefaultMFAAdapter):
    error_messages = {
        **DefaultMFAAdapter.error_messages,
        "incorrect_code": "This code is not right, or was used before. Wait for the next one.",
    }
