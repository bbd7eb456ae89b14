"""Where files are kept: a folder of this machine, or a bucket that speaks S3, named by one address."""

from __future__ import annotations

import os
from typing import Any
from urllib.parse import parse_qsl, unquote, urlsplit

from django.core.exceptions import ImproperlyConfigured

FORMS = "s3://bucket, s3://bucket/prefix or s3://bucket/prefix?endpoint=https://host:port&region=name"
OPTIONS = {"endpoint", "region"}
KEYS = ("AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY")


def file_storage(url: str) -> dict[str, Any]:
    """The entry “default” of Django's STORAGES; an empty ``url`` is the folder MEDIA_ROOT.

    Raises ImproperlyConfigured. Keys are not part of the address: ``AWS_ACCESS_KEY_ID`` and ``AWS_SECRET_ACCESS_KEY``,
    or whatever else boto3 finds by itself, such as the role of the machine.
    """
    if not url:
        return {
            "BACKEND": "django.core.files.storage.FileSystemStorage",
            "OPTIONS": {"file_permissions_mode": 0o600, "directory_permissions_mode": 0o700},
        }
    parts = urlsplit(url)
    if parts.scheme != "s3" or not parts.netloc:
        raise ImproperlyConfigured(f"PROCTOR_STORAGE must be empty (a folder of this machine) or {FORMS}.")
    if "@" in parts.netloc or ":" in parts.netloc:
        raise ImproperlyConfigured(
            f"PROCTOR_STORAGE names a bucket and nothing else behind s3://; keys belong into {' and '.join(KEYS)}, "
            "another host into ?endpoint=."
        )
    options = _options(parts.query)
    if bool(os.environ.get(KEYS[0])) != bool(os.environ.get(KEYS[1])):
        raise ImproperlyConfigured(f"Of {' and '.join(KEYS)} only one is set; PROCTOR_STORAGE needs both or neither.")
    return {
        "BACKEND": "proctor_site.s3.PrivateS3Storage",
        "OPTIONS": {
            "bucket_name": parts.netloc,
            "location": unquote(parts.path).strip("/"),
            "endpoint_url": options.get("endpoint"),
            "region_name": options.get("region"),
        },
    }


def _options(query: str) -> dict[str, str]:
    try:
        pairs = parse_qsl(query, keep_blank_values=True, strict_parsing=bool(query))
    except ValueError:
        raise ImproperlyConfigured(f"PROCTOR_STORAGE cannot be read behind the “?”; write it as {FORMS}.") from None
    options = dict(pairs)
    unknown = sorted(set(options) - OPTIONS)
    if unknown or len(options) != len(pairs):
        raise ImproperlyConfigured(f"PROCTOR_STORAGE takes endpoint and region, each once, behind the “?”: {FORMS}.")
    if any(not value for value in options.values()):
        raise ImproperlyConfigured("PROCTOR_STORAGE has an option without a value.")
    endpoint = urlsplit(options.get("endpoint", "https://host"))
    if endpoint.scheme not in {"http", "https"} or not endpoint.hostname or endpoint.username or endpoint.query:
        raise ImproperlyConfigured(
            "The endpoint in PROCTOR_STORAGE must be an address such as https://s3.example.org, without keys in it."
        )
    return options
