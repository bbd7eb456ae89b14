"""How mail leaves: one address in the environment instead of seven settings."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any
from urllib.parse import unquote, urlsplit

from django.core.exceptions import ImproperlyConfigured

TIMEOUT_SECONDS = 20  # a mail server that says nothing must not hold up everything else that waits its turn


@dataclass(frozen=True, slots=True)
class Way:
    port: int
    tls: bool = False
    ssl: bool = False


WAYS = {
    "smtp": Way(25),
    "smtp+starttls": Way(587, tls=True),
    "smtps": Way(465, ssl=True),
}
FORMS = "console:, file:///folder, smtp://host:25, smtp+starttls://user:password@host:587 or smtps://user:password@host"


def mail_settings(url: str) -> dict[str, Any]:
    """Django's settings for ``url``. A password never travels in the clear; characters such as @ in it are written %40.

    Raises ImproperlyConfigured, without repeating what may be a password.
    """
    try:
        parts = urlsplit(url)
        port = parts.port
    except ValueError:
        raise ImproperlyConfigured(f"PROCTOR_EMAIL_URL cannot be read; write it as {FORMS}.") from None
    if url == "console:":
        return {"EMAIL_BACKEND": "django.core.mail.backends.console.EmailBackend"}
    if parts.scheme == "file" and parts.path:
        backend = "django.core.mail.backends.filebased.EmailBackend"
        return {"EMAIL_BACKEND": backend, "EMAIL_FILE_PATH": unquote(parts.path)}
    way = WAYS.get(parts.scheme)
    if way is None or not parts.hostname:
        raise ImproperlyConfigured(f"PROCTOR_EMAIL_URL must be {FORMS}.")
    if bool(parts.username) != bool(parts.password):
        raise ImproperlyConfigured("PROCTOR_EMAIL_URL names a user without a password, or a password without a user.")
    if parts.password and not (way.tls or way.ssl):
        raise ImproperlyConfigured(
            "PROCTOR_EMAIL_URL would send its password unencrypted: begin it with smtp+starttls:// or smtps://."
        )
    return {
        "EMAIL_BACKEND": "django.core.mail.backends.smtp.EmailBackend",
        "EMAIL_HOST": parts.hostname,
        "EMAIL_PORT": port or way.port,
        "EMAIL_HOST_USER": unquote(parts.username or ""),
        "EMAIL_HOST_PASSWORD": unquote(parts.password or ""),
        "EMAIL_USE_TLS": way.tls,
        "EMAIL_USE_SSL": way.ssl,
        "EMAIL_TIMEOUT": TIMEOUT_SECONDS,
    }
