"""Pages around the account that allauth does not have: its overview, and accepting an invitation."""

from __future__ import annotations

from typing import Any

from allauth.account.adapter import get_adapter
from allauth.account.internal.flows.login import record_authentication
from allauth.socialaccount.models import SocialAccount
from django import forms
from django.contrib import messages
from django.contrib.auth import REDIRECT_FIELD_NAME, update_session_auth_hash
from django.contrib.auth import login as sign_in
from django.contrib.auth.decorators import login_required
from django.contrib.auth.password_validation import password_validators_help_texts, validate_password
from django.core.exceptions import ValidationError
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.http import urlencode
from django.views.decorators.cache import never_cache
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_http_methods, require_safe

from exams.accounts import two_factor
from exams.errors import ExamError
from exams.models import Invitation, User
from exams.services import invitations
from exams.services.newcomers import needs_own_password, users_with_email


@login_required
@never_cache
@require_safe
def account(request: HttpRequest) -> HttpResponse:
    user = request.user
    assert isinstance(user, User)
    context = {
        "factors": list(two_factor.factors_of(user)),
        "required": two_factor.is_required_of(user),
        "memberships": user.memberships.select_related("institution").order_by("institution__name", "role"),
        "single_sign_on": SocialAccount.objects.filter(user=user).exists(),
    }
    return render(request, "account/account.html", context)


@login_required
@never_cache
@require_safe
def second_factor(request: HttpRequest) -> HttpResponse:
    """To where the second factor that the person has is shown."""
    ways = get_adapter().get_reauthentication_methods(request.user)
    codes = [way for way in ways if way["id"].startswith("mfa_reauthenticate")]
    if not codes:
        return redirect("mfa_index")
    wanted = request.GET.get(REDIRECT_FIELD_NAME, "")
    query = urlencode({REDIRECT_FIELD_NAME: wanted}) if wanted else ""
    return redirect(f"{codes[0]['url']}?{query}")


class OwnPasswordForm(forms.Form):
    password = forms.CharField(
        max_length=1000,
        label="Password",
        strip=False,
        widget=forms.PasswordInput(attrs={"autocomplete": "new-password"}),
    )

    def __init__(self, *args: Any, email: str, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.email = email
        self.fields["password"].help_text = " ".join(password_validators_help_texts())

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or {}
        names = {name: cleaned.get(name, "") for name in ("first_name", "last_name")}
        if password := cleaned.get("password"):
            try:
                validate_password(password, User(username=self.email, email=self.email, **names))
            except ValidationError as error:
                self.add_error("password", error)
        return cleaned


class NewcomerForm(OwnPasswordForm):
    """The name goes on the institution's lists as it is written here."""

    first_name = forms.CharField(max_length=150, widget=forms.TextInput(attrs={"autocomplete": "given-name"}))
    last_name = forms.CharField(max_length=150, widget=forms.TextInput(attrs={"autocomplete": "family-name"}))
    field_order = ("first_name", "last_name", "password")


@sensitive_post_parameters("password")
@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def invitation(request: HttpRequest, token: str) -> HttpResponse:
    """What the link in an invitation opens: what it is for, and how to accept it."""
    try:
        invited = invitations.invitation_of(token)
    except Invitation.DoesNotExist:
        return render(request, "account/invitation_closed.html", {"reason": "unknown"}, status=404)
    if not invited.is_open():
        context = {"reason": invited.state.value, "invitation": invited}
        return render(request, "account/invitation_closed.html", context, status=410)
    holders = users_with_email(invited.email)
    try:
        if request.user.is_authenticated:
            return _as_member(request, invited)
        if holders:
            return _to_sign_in(request, invited, holders)
        return _as_newcomer(request, invited)
    except ExamError as error:
        messages.error(request, error.message)
        return redirect("invitation", token)


def _as_member(request: HttpRequest, invited: Invitation) -> HttpResponse:
    """Raises ExamError."""
    user = request.user
    assert isinstance(user, User)
    if user.email.lower() != invited.email:
        return render(request, "account/invitation.html", {"invitation": invited, "stage": "other"})
    form = None
    if needs_own_password(user, invited.institution):
        form = OwnPasswordForm(request.POST or None, email=invited.email)
    if request.method == "POST" and (form is None or form.is_valid()):
        password = form.cleaned_data["password"] if form is not None else None
        invitations.accept(invitation=invited, user=user, password=password)
        user.refresh_from_db()
        update_session_auth_hash(request, user)
        messages.success(request, f"You have joined {invited.institution}.")
        return redirect("home")
    return render(request, "account/invitation.html", {"invitation": invited, "stage": "member", "form": form})


def _to_sign_in(request: HttpRequest, invited: Invitation, holders: list[User]) -> HttpResponse:
    stage = "known" if any(user.is_active for user in holders) else "closed"
    return render(request, "account/invitation.html", {"invitation": invited, "stage": stage})


def _as_newcomer(request: HttpRequest, invited: Invitation) -> HttpResponse:
    """Raises ExamError."""
    known = {"first_name": invited.first_name, "last_name": invited.last_name}
    form = NewcomerForm(request.POST or None, email=invited.email, initial=known)
    if request.method == "POST" and form.is_valid():
        user = invitations.accept_as_newcomer(invitation=invited, **form.cleaned_data)
        sign_in(request, user)
        record_authentication(request, user, method="password")
        messages.success(request, f"Welcome. From now on you sign in with {invited.email} and your password.")
        return redirect("home")
    return render(request, "account/invitation.html", {"invitation": invited, "stage": "new", "form": form})
