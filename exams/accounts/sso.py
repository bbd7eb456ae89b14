"""Single sign-on through an OpenID Connect provider, and to whom a person who comes from there belongs.

Whoever the provider vouches for gets into the one account with their address, if the provider says that it has verified
the address; or into a new one when the address was invited. From then on the provider's own id for the person counts.
Superusers are not joined: the provider of one institution must not open all the others.
"""

from __future__ import annotations

import logging
from typing import Any

import jwt
import requests
from allauth.core.exceptions import ImmediateHttpResponse
from allauth.socialaccount.adapter import DefaultSocialAccountAdapter
from allauth.socialaccount.helpers import render_authentication_error
from allauth.socialaccount.models import SocialApp, SocialLogin, SocialToken
from allauth.socialaccount.providers.base import AuthProcess
from allauth.socialaccount.providers.oauth2.client import OAuth2Error
from allauth.socialaccount.providers.oauth2.views import OAuth2CallbackView, OAuth2LoginView
from allauth.socialaccount.providers.openid_connect.views import OpenIDConnectOAuth2Adapter
from django.contrib import messages
from django.contrib.auth import REDIRECT_FIELD_NAME
from django.core.cache import cache
from django.db import transaction
from django.http import Http404, HttpRequest, HttpResponse, QueryDict
from django.shortcuts import render
from django.utils import timezone
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_GET

from exams.models import Invitation, User
from exams.services import invitations
from exams.services.newcomers import has_proven_address, note_proof, shut_out_others, users_with_email

logger = logging.getLogger(__name__)

ALGORITHMS = ["RS256", "RS384", "RS512", "PS256", "PS384", "PS512", "ES256", "ES384", "ES512", "EdDSA"]
LEEWAY_SECONDS = 60  # between the provider's clock and ours
REMEMBER_SECONDS = 600  # what the provider says of itself, so that a class that signs in asks once
CLAIMS = ("sub", "email", "email_verified", "given_name", "family_name", "name")  # all that is kept of a person
# What a provider that is away, or answers something else than it should, can raise on the way.
FAILURES = (requests.RequestException, OAuth2Error, jwt.PyJWTError, KeyError, TypeError, ValueError)


class Provider(OpenIDConnectOAuth2Adapter):
    """allauth's, but the signature of the ID token is always checked, and never only the encryption on the way."""

    def get_provider(self) -> Any:
        provider = super().get_provider()
        provider.oauth2_adapter_class = Provider  # it makes one for the way out
        return provider

    @property
    def openid_config(self) -> dict[str, Any]:
        issuer = self.get_provider().app.settings["server_url"]
        config: dict[str, Any] | None = cache.get(f"openid:{issuer}")
        if config is None:
            config = dict(super().openid_config)
            if str(config["issuer"]).rstrip("/") != issuer:
                raise OAuth2Error("The provider calls itself otherwise than PROCTOR_OIDC_ISSUER does.")
            cache.set(f"openid:{issuer}", config, REMEMBER_SECONDS)
        return config

    def complete_login(self, request: HttpRequest, app: SocialApp, token: SocialToken, **kwargs: Any) -> SocialLogin:
        """Raises one of FAILURES."""
        claims = self._claims(app, kwargs["response"]["id_token"])
        if "email" not in claims and "userinfo_endpoint" in self.openid_config:
            told = self._fetch_user_info(token.token)
            if told.get("sub") != claims["sub"]:
                raise OAuth2Error("The provider told about somebody else than it signed for.")
            claims = told | claims
        kept = {name: claims[name] for name in CLAIMS if name in claims}
        return self.get_provider().sociallogin_from_response(request, {"userinfo": kept})

    def _claims(self, app: SocialApp, id_token: str) -> dict[str, Any]:
        key = self._key_of(jwt.get_unverified_header(id_token).get("kid"))
        return jwt.decode(
            id_token,
            key,
            algorithms=ALGORITHMS,
            audience=app.client_id,
            issuer=self.openid_config["issuer"],
            leeway=LEEWAY_SECONDS,
            options={"require": ["exp", "iat", "sub", "aud", "iss"]},
        )

    def _key_of(self, key_id: str | None) -> jwt.PyJWK:
        """Asks once more when the provider has changed its keys since."""
        name = f"openid-keys:{self.openid_config['jwks_uri']}"
        for known in (cache.get(name), None):
            keys = known
            if keys is None:
                keys = requests.get(self.openid_config["jwks_uri"], timeout=10).json()
                cache.set(name, keys, REMEMBER_SECONDS)
            found = [key for key in jwt.PyJWKSet.from_dict(keys).keys if key_id in (None, key.key_id)]
            if len(found) == 1:
                return found[0]
        raise OAuth2Error("The provider signed with a key that it does not publish.")


@require_GET
@never_cache
def login(request: HttpRequest, provider_id: str) -> HttpResponse:
    """Off to the provider. Of the address's parameters only where to go afterwards counts."""
    kept = QueryDict(mutable=True)
    if wanted := request.GET.get(REDIRECT_FIELD_NAME):
        kept[REDIRECT_FIELD_NAME] = wanted
    request.GET = kept  # type: ignore[assignment]
    return _guarded(OAuth2LoginView, request, provider_id)


@require_GET
@never_cache
def callback(request: HttpRequest, provider_id: str) -> HttpResponse:
    return _guarded(OAuth2CallbackView, request, provider_id)


def _guarded(view: type[OAuth2LoginView | OAuth2CallbackView], request: HttpRequest, provider_id: str) -> HttpResponse:
    adapter = Provider(request, provider_id)
    try:
        response: HttpResponse = view.adapter_view(adapter)(request)
    except SocialApp.DoesNotExist:
        raise Http404 from None
    except FAILURES as error:
        logger.warning("Single sign-on failed: %s.", type(error).__name__)
        response = render_authentication_error(request, adapter.get_provider())
    return response


class SocialAdapter(DefaultSocialAccountAdapter):
    def is_open_for_signup(self, request: HttpRequest, sociallogin: SocialLogin) -> bool:
        return False

    def on_authentication_error(self, request: HttpRequest, provider: Any, **kwargs: Any) -> None:
        if (error := kwargs.get("exception")) is not None:
            logger.warning("Single sign-on failed: %s.", type(error).__name__)

    def pre_social_login(self, request: HttpRequest, sociallogin: SocialLogin) -> None:
        """Join who is not known yet, or refuse them with a page that says why."""
        if sociallogin.state.get("process") != AuthProcess.LOGIN:
            raise Http404
        if not sociallogin.is_existing:
            sociallogin.connect(request, _account_for(request, sociallogin.account.extra_data["userinfo"]))


@transaction.atomic
def _account_for(request: HttpRequest, claims: dict[str, Any]) -> User:
    """Raises ImmediateHttpResponse."""
    address = str(claims.get("email") or "").strip().lower()
    if not address or claims.get("email_verified") not in (True, "true"):
        raise _refusal(request, "unverified", address)
    found = users_with_email(address)
    if len(found) == 1 and found[0].is_active and not found[0].is_superuser:
        return _joined(request, found[0])
    if found:
        raise _refusal(request, "unclear" if len(found) > 1 else "closed", address)
    invited = list(Invitation.objects.open_at(timezone.now()).filter(email=address).order_by("pk"))
    if not invited:
        raise _refusal(request, "unknown", address)
    first_name, last_name = _names(claims, invited[0])
    user = invitations.accept_as_newcomer(
        invitation=invited[0], first_name=first_name, last_name=last_name, password=None
    )
    for invitation in invited[1:]:
        invitations.accept(invitation=invitation, user=user)
    return user


def _joined(request: HttpRequest, user: User) -> User:
    """The password that somebody else may have set for an address they do not own opens the account no longer."""
    if user.has_usable_password() and not has_proven_address(user):
        shut_out_others(user, None)
        messages.info(
            request,
            "From now on you come in this way. Your old password no longer works; your account’s page sets a new one.",
        )
    note_proof(user)
    return user


def _names(claims: dict[str, Any], invited: Invitation) -> tuple[str, str]:
    if claims.get("given_name") or claims.get("family_name"):
        return str(claims.get("given_name") or ""), str(claims.get("family_name") or "")
    if claims.get("name"):
        first, _, last = str(claims["name"]).rpartition(" ")
        return (first, last) if first else (last, "")
    return invited.first_name, invited.last_name


def _refusal(request: HttpRequest, reason: str, address: str) -> ImmediateHttpResponse:
    context = {"reason": reason, "address": address}
    return ImmediateHttpResponse(render(request, "account/sso_refused.html", context, status=403))
