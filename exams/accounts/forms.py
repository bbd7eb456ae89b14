"""allauth's forms, where ours ask or answer otherwise."""

from __future__ import annotations

from typing import Any

from allauth.account.forms import LoginForm, ResetPasswordForm
from allauth.core import context
from allauth.mfa.base.forms import AuthenticateForm, ReauthenticateForm
from django import forms
from django.core.validators import MaxLengthValidator
from django.http import HttpRequest

from exams.accounts import lockout, mail
from exams.services.newcomers import users_with_email


class SignInForm(LoginForm):
    """The name is posted as ``username``, as browsers, password managers and scripts know it."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        name, password = self.fields["login"], self.fields["password"]
        assert isinstance(name, forms.CharField)
        assert isinstance(password, forms.CharField)
        name.label, password.label = "User name or e-mail address", "Password"
        name.validators.append(MaxLengthValidator(254))
        name.widget = forms.TextInput(
            attrs={"autocomplete": "username", "autocapitalize": "none", "maxlength": 254, "autofocus": True}
        )
        password.widget = forms.PasswordInput(attrs={"autocomplete": "current-password"})
        password.help_text = ""

    def add_prefix(self, field_name: str) -> str:
        return "username" if field_name == "login" else super().add_prefix(field_name)


class ForgottenPasswordForm(ResetPasswordForm):
    """Says and takes the same whether or not somebody has the address: mail is made and sent outside the request."""

    def clean_email(self) -> str:
        return str(self.cleaned_data["email"]).strip().lower()

    def save(self, request: HttpRequest, **kwargs: Any) -> str:
        address: str = self.cleaned_data["email"]
        mail.send_password_reset_soon([user.pk for user in users_with_email(address) if user.is_active])
        return address


class _CountedCode:
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
