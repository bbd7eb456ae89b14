"""Which addresses nothing is ever sent to."""

from __future__ import annotations

import pytest
from pytest_django import Settings

from exams.webhooks.sending import AddressRefused, address_of, target_of


@pytest.mark.parametrize(
    "host",
    [
        "127.0.0.1",
        "10.1.2.3",
        "172.16.0.1",
        "192.168.1.1",
        "169.254.169.254",
        "100.64.0.1",
        "0.0.0.0",
        "224.0.0.1",
        "[::1]",
        "[fd00::1]",
        "[fe80::1]",
        "[::ffff:10.0.0.1]",
        "[2002:a00:1::]",
        "[64:ff9b::a00:1]",
        "localhost",
        "2130706433",
        "0x7f000001",
    ],
)
def test_private_addresses_are_refused(host: str) -> None:
    with pytest.raises(AddressRefused, match="private network"):
        address_of(target_of(f"https://{host}/"))


def test_public_addresses_are_not() -> None:
    assert address_of(target_of("https://93.184.215.14/")) == "93.184.215.14"
    assert address_of(target_of("https://[2606:2800:21f:cb07:6820:80da:af6b:8b2c]/")).startswith("2606:")


def test_an_allowed_network_is_only_that_one(settings: Settings) -> None:
    settings.PROCTOR_WEBHOOK_NETWORKS = ["10.1.0.0/16", "fd00::/8"]
    assert address_of(target_of("http://10.1.2.3/")) == "10.1.2.3"
    assert address_of(target_of("http://[fd00::1]/")) == "fd00::1"
    with pytest.raises(AddressRefused):
        address_of(target_of("http://10.2.2.3/"))


@pytest.mark.parametrize(
    "url",
    [
        "ftp://example.org/",
        "file:///etc/passwd",
        "https://",
        "https://user:secret@example.org/",
        "https://example.org:99999/",
        "https://example.org/a b",
        "https://example.org/\r\nX-Other: 1",
        "https://[::1",
    ],
)
def test_what_is_no_plain_web_address_is_refused(url: str) -> None:
    with pytest.raises(AddressRefused):
        target_of(url)
