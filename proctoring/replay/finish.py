"""The page's last request: the candidate is done."""

from __future__ import annotations

import http.client
import secrets
import string
from urllib.parse import urlsplit
from uuid import UUID

from django.conf import settings

from proctoring.replay.client import Refused


def finish(*, url: str, session_id: UUID, cookie: str) -> None:
    """Posts Finish with the CSRF pair a browser would send. Raises Refused when the server says no."""
    address = urlsplit(url)
    kind = http.client.HTTPSConnection if address.scheme == "https" else http.client.HTTPConnection
    token = "".join(secrets.choice(string.ascii_letters + string.digits) for _ in range(32))
    connection = kind(address.netloc, timeout=30)
    try:
        connection.request(
            "POST",
            f"/api/v1/sessions/{session_id}/finish/",
            body=b"{}",
            headers={
                "Content-Type": "application/json",
                "Cookie": f"{cookie}; {settings.CSRF_COOKIE_NAME}={token}",
                "X-CSRFToken": token,
                "Referer": f"{url}/",
            },
        )
        response = connection.getresponse()
        text = response.read(2000).decode("utf-8", "replace")
    finally:
        connection.close()
    if response.status >= 300:
        raise Refused(f"The server did not finish the session (HTTP {response.status}): {text}")
