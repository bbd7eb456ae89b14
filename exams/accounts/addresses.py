"""Where a request comes from, as far as it can be known."""

from __future__ import annotations

import ipaddress

from django.conf import settings
from django.http import HttpRequest

V6_NETWORK = 64  # one customer's; whoever has it has all its addresses


def client_address(request: HttpRequest) -> str | None:
    """The peer's address, or behind a proxy what the outermost of ours appended to X-Forwarded-For.

    Everything further left in that header was written by the visitor. None when nothing of it is an address.
    """
    given = request.META.get("REMOTE_ADDR", "")
    if settings.PROCTOR_PROXIES:
        hops = request.META.get("HTTP_X_FORWARDED_FOR", "").split(",")
        given = hops[-settings.PROCTOR_PROXIES] if len(hops) >= settings.PROCTOR_PROXIES else ""
    try:
        return str(ipaddress.ip_address(given.strip()))
    except ValueError:
        return None


def client_network(request: HttpRequest) -> str | None:
    """What failed sign-ins are counted by: an IPv4 address, the /64 of an IPv6 one."""
    address = client_address(request)
    if address is None or "." in address:
        return address
    return str(ipaddress.ip_network(f"{address}/{V6_NETWORK}", strict=False).network_address)
