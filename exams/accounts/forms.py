"""allauth's forms, where ours ask or answer otherwise."""

from __future__ import annotations

from typing import Any

from allauth.account.forms import (
    ChangePasswordForm,
    LoginForm,
    ResetPasswordForm,
    ResetPasswordKeyForm,
    SetPasswordForm,
)
from allauth.account.forms import ReauthenticateForm as PasswordReauthenticateForm
from allauth.core import context
from allauth.mfa.base.forms import AuthenticateForm, ReauthenticateForm
from allauth.mfa.totp.forms import ActivateTOTPForm
from allauth.mfa.webauthn.forms import AddWebAuthnForm, EditWebAuthnForm
from django import forms
from django.core.validators import MaxLengthValidator
from django.http import HttpRequest

from exams.accounts import lockout, mail
from exams.services.newcomers import users_with_email

LABELS = {
    "email": "E-mail address",
    "password": "Password",
    "oldpassword": "Your password now",
    "password1": "New password",
    "password2": "New password again",
    "code": "Code",
    "name": "Name of the key",
}


class Plain(forms.Form):
    """One name for each field, above it; no grey copy of it inside."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        for name, field in self.fields.items():
            field.label = LABELS.get(name, field.label)
            field.widget.attrs.pop("placeholder", None)
            if name in {"password", "oldpassword"}:
                field.help_text = ""  # allauth links the way to a new password here, each page of ours does elsewhere


class SignInForm(Plain, LoginForm):
    """The name is posted as ``username``, as browsers, password managers and scripts know it."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        name = self.fields["login"]
        name.label = "User name or e-mail address"
        name.validators.append(MaxLengthValidator(254))
        name.widget = forms.TextInput(
            attrs={"autocomplete": "username", "autocapitalize": "none", "maxlength": 254, "autofocus": True}
        )

    def add_prefix(self, field_name: str) -> str:
        return "username" if field_name == "login" else super().add_prefix(field_name)


class ForgottenPasswordForm(Plain, ResetPasswordForm):
    """Says and takes the same whether or not somebody has the address: mail is made and sent outside the request."""

    def clean_email(self) -> str:
        return str(self.cleaned_data["email"]).strip().lower()

    def save(self, request: HttpRequest, **kwargs: Any) -> str:
        address: str = self.cleaned_data["email"]
        mail.send_password_reset_soon([user.pk for user in users_with_email(address) if user.is_active])
        return address


class ChangeForm(Plain, ChangePasswordForm):
    pass


class SetForm(Plain, SetPasswordForm):
    pass


class NewPasswordForm(Plain, ResetPasswordKeyForm):
    pass


class PasswordAgainForm(Plain, PasswordReauthenticateForm):
    pass


class AddAppForm(Plain, ActivateTOTPForm):
    pass


class AddKeyForm(Plain, AddWebAuthnForm):
    pass


class RenameKeyForm(Plain, EditWebAuthnForm):
    pass


class _CountedCode(Plain):
    """A code is refused while the name is locked; allauth's signal counts the wrong ones."""

    user: Any

    def clean_code(self) -> str:
        if lockout.is_locked_out(context.request, self.user):
            raise forms.ValidationError("Too many wrong codes.")
        code: str = super().clean_code()  # type: ignore[misc]
        return code


class CodeForm(_CountedCode, AuthenticateForm):
    pass


class CodeAgainForm(_CountedCode, ReauthenticateForm):
    pass
