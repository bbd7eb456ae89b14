"""A small OpenID Connect provider that really speaks HTTP and signs with RS256: discovery, authorize, token, keys."""

from __future__ import annotations

import base64
import hashlib
import json
import secrets
import threading
import time
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import parse_qs, urlencode, urlsplit

import jwt
from cryptography.hazmat.primitives.asymmetric import rsa

CLIENT_ID, CLIENT_SECRET = "proctor", "a secret of both"


def new_key() -> rsa.RSAPrivateKey:
    return rsa.generate_private_key(public_exponent=65537, key_size=2048)


class Provider:
    """Whoever comes to ``/authorize`` is let through at once as the person in ``claims``."""

    def __init__(self) -> None:
        self.key = self.signing_key = new_key()
        self.key_id = "one"
        self.claims: dict[str, Any] = {}
        self.overruled: dict[str, Any] = {}  # claims of the ID token beside the person's: iss, aud, exp
        self.userinfo: dict[str, Any] | None = None
        self.cancels = False
        self.discoveries = 0
        self._asked: dict[str, dict[str, str]] = {}
        provider = self

        class Handler(BaseHTTPRequestHandler):
            def do_GET(self) -> None:
                provider.answer(self)

            do_POST = do_GET

            def log_message(self, format: str, *args: Any) -> None:
                """Quiet."""

        self._server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.issuer = f"http://127.0.0.1:{self._server.server_address[1]}"
        self._thread = threading.Thread(target=self._server.serve_forever, kwargs={"poll_interval": 0.01}, daemon=True)
        self._thread.start()

    def stop(self) -> None:
        self._server.shutdown()
        self._server.server_close()
        self._thread.join()

    def answer(self, request: BaseHTTPRequestHandler) -> None:
        parts = urlsplit(request.path)
        length = int(request.headers.get("Content-Length", 0))
        given = {
            name: values[0]
            for name, values in parse_qs(parts.query + "&" + request.rfile.read(length).decode()).items()
        }
        if parts.path == "/authorize":
            request.send_response(302)
            request.send_header("Location", self.authorize(given))
            request.end_headers()
            return
        ways: dict[str, Any] = {
            "/.well-known/openid-configuration": self.configuration,
            "/token": lambda: self.token(given),
            "/jwks": self.keys,
            "/userinfo": lambda: (200, self.userinfo),
        }
        status, body = ways.get(parts.path, lambda: (404, {}))()
        request.send_response(status)
        request.send_header("Content-Type", "application/json")
        request.end_headers()
        request.wfile.write(json.dumps(body).encode())

    def configuration(self) -> tuple[int, dict[str, Any]]:
        self.discoveries += 1
        found = {
            "issuer": self.issuer,
            "authorization_endpoint": f"{self.issuer}/authorize",
            "token_endpoint": f"{self.issuer}/token",
            "jwks_uri": f"{self.issuer}/jwks",
            "token_endpoint_auth_methods_supported": ["client_secret_post"],
        }
        return 200, found | ({"userinfo_endpoint": f"{self.issuer}/userinfo"} if self.userinfo is not None else {})

    def authorize(self, given: dict[str, str]) -> str:
        assert given["client_id"] == CLIENT_ID
        assert set(given["scope"].split()) == {"openid", "profile", "email"}
        assert given["code_challenge_method"] == "S256"
        back = {"state": given["state"]}
        if self.cancels:
            return f"{given['redirect_uri']}?{urlencode(back | {'error': 'access_denied'})}"
        code = secrets.token_urlsafe()
        self._asked[code] = given
        return f"{given['redirect_uri']}?{urlencode(back | {'code': code})}"

    def token(self, given: dict[str, str]) -> tuple[int, dict[str, Any]]:
        asked = self._asked.pop(given["code"], None)
        challenge = base64.urlsafe_b64encode(hashlib.sha256(given["code_verifier"].encode()).digest()).rstrip(b"=")
        if (
            asked is None
            or given["client_secret"] != CLIENT_SECRET
            or given["redirect_uri"] != asked["redirect_uri"]
            or challenge.decode() != asked["code_challenge"]
        ):
            return 400, {"error": "invalid_grant"}
        now = int(time.time())
        claims = {"iss": self.issuer, "aud": CLIENT_ID, "iat": now, "exp": now + 60, **self.claims, **self.overruled}
        id_token = jwt.encode(claims, self.signing_key, algorithm="RS256", headers={"kid": self.key_id})
        return 200, {"access_token": "access", "token_type": "Bearer", "expires_in": 60, "id_token": id_token}

    def keys(self) -> tuple[int, dict[str, Any]]:
        public = json.loads(jwt.algorithms.RSAAlgorithm.to_jwk(self.key.public_key()))
        return 200, {"keys": [public | {"kid": self.key_id, "use": "sig", "alg": "RS256"}]}
