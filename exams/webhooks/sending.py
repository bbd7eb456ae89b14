"""One POST to an address that an institution typed in: never into private networks, never following a redirect."""

from __future__ import annotations

import http.client
import ipaddress
import socket
import ssl
from dataclasses import dataclass
from urllib.parse import urlsplit

from django.conf import settings

TIMEOUT_SECONDS = 10.0
READ_AT_MOST = 1024  # of the answer: its status is what counts

IPAddress = ipaddress.IPv4Address | ipaddress.IPv6Address


class AddressRefused(Exception):
    """With a sentence that says why nothing is sent there."""


@dataclass(frozen=True, slots=True)
class Target:
    scheme: str
    host: str
    port: int
    path: str


def target_of(url: str) -> Target:
    """Raises AddressRefused for what is no http or https address, or carries a user name or password."""
    try:
        parts = urlsplit(url)
        port = parts.port
    except ValueError:
        raise AddressRefused("This is not a complete address.") from None
    if parts.scheme not in {"https", "http"} or not parts.hostname:
        raise AddressRefused("Give an address that begins with https:// (or http:// on a network you trust).")
    if parts.username is not None or parts.password is not None:
        raise AddressRefused("The address must not hold a user name or password; deliveries are signed instead.")
    path = (parts.path or "/") + (f"?{parts.query}" if parts.query else "")
    if any(ord(character) <= 0x20 or ord(character) >= 0x7F for character in path):
        raise AddressRefused("Write spaces and letters beyond ASCII in the address as %20 and the like.")
    return Target(parts.scheme, parts.hostname, port or (443 if parts.scheme == "https" else 80), path)


def address_of(target: Target) -> str:
    """The number to connect to, looked up once, so that a name cannot point elsewhere a moment later.

    Raises AddressRefused when any of the name's numbers is not a public one and is not allowed by
    PROCTOR_WEBHOOK_NETWORKS; OSError when there is no such name.
    """
    found = socket.getaddrinfo(target.host, target.port, type=socket.SOCK_STREAM)
    addresses = [ipaddress.ip_address(str(entry[4][0]).split("%")[0]) for entry in found]
    for address in addresses:
        if not _is_allowed(address):
            raise AddressRefused(
                f"{target.host} leads to {address}, an address of a private network. Whoever runs this site can allow "
                "it with PROCTOR_WEBHOOK_NETWORKS."
            )
    return str(addresses[0])


def _is_allowed(address: IPAddress) -> bool:
    if isinstance(address, ipaddress.IPv6Address):
        # ::ffff:10.0.0.1, 2002:0a00:0001:: and 64:ff9b::a00:1 reach 10.0.0.1.
        embedded = address.ipv4_mapped or address.sixtofour
        if embedded is None and address in ipaddress.ip_network("64:ff9b::/96"):
            embedded = ipaddress.IPv4Address(int(address) & 0xFFFFFFFF)
        if embedded is not None:
            return _is_allowed(embedded)
    if any(address in ipaddress.ip_network(network) for network in settings.PROCTOR_WEBHOOK_NETWORKS):
        return True
    return address.is_global and not address.is_multicast


class _HTTPS(http.client.HTTPSConnection):
    """Speaks to ``address``, asking for and checking the certificate of ``host``."""

    def __init__(self, target: Target, address: str) -> None:
        self._trust = ssl.create_default_context()
        super().__init__(target.host, target.port, timeout=TIMEOUT_SECONDS, context=self._trust)
        self._address = address

    def connect(self) -> None:
        plain = socket.create_connection((self._address, self.port), TIMEOUT_SECONDS)
        self.sock = self._trust.wrap_socket(plain, server_hostname=self.host)


class _HTTP(http.client.HTTPConnection):
    def __init__(self, target: Target, address: str) -> None:
        super().__init__(target.host, target.port, timeout=TIMEOUT_SECONDS)
        self._address = address

    def connect(self) -> None:
        self.sock = socket.create_connection((self._address, self.port), TIMEOUT_SECONDS)


def post(url: str, body: bytes, headers: dict[str, str]) -> int:
    """The status of the answer. Raises AddressRefused, OSError or http.client.HTTPException."""
    target = target_of(url)
    address = address_of(target)
    connection = (_HTTPS if target.scheme == "https" else _HTTP)(target, address)
    try:
        connection.request("POST", target.path, body=body, headers=headers)
        answer = connection.getresponse()
        answer.read(READ_AT_MOST)
        return answer.status
    finally:
        connection.close()
