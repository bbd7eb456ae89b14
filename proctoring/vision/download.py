"""Fetches missing model weights from the address an administrator configured; only `prepare_models` asks."""

from __future__ import annotations

import hashlib
import tempfile
import urllib.error
import urllib.request
from pathlib import Path
from urllib.parse import urldefrag, urlsplit

from proctoring.vision.model_files import ModelUnavailable

MAX_BYTES = 512 * 1024 * 1024  # the largest published YOLO detection weights are about 140 MB
TIMEOUT_SECONDS = 60
_CHUNK = 1024 * 1024


def download(address: str, target: Path) -> None:
    """Write what lies at an https ``address`` to ``target``, in one step, so that no half a file ever lies there.

    An address ending in ``#sha256=…`` is held to that hash. Raises
    :class:`~proctoring.vision.model_files.ModelUnavailable` with one sentence when anything is wrong.
    """
    url, fragment = urldefrag(address)
    expected = fragment.removeprefix("sha256=").lower() if fragment.startswith("sha256=") else ""
    if urlsplit(url).scheme != "https":
        raise ModelUnavailable(f"PROCTOR_PHONE_WEIGHTS_URL must begin with https://, not “{url}”.")
    try:
        target.parent.mkdir(parents=True, exist_ok=True)
        with tempfile.TemporaryDirectory(dir=target.parent, prefix=".download-") as folder:
            part = Path(folder) / target.name
            digest = _fetch(url, part)
            if expected and digest != expected:
                raise ModelUnavailable(f"{url}: its SHA-256 is {digest}, not {expected} as configured; not used.")
            part.replace(target)
    except (urllib.error.URLError, TimeoutError, ConnectionError) as error:
        raise ModelUnavailable(f"{url}: cannot be downloaded ({error}).") from error
    except OSError as error:
        raise ModelUnavailable(f"{target}: cannot be written ({error}).") from error


def _fetch(url: str, part: Path) -> str:
    digest, size = hashlib.sha256(), 0
    with urllib.request.urlopen(url, timeout=TIMEOUT_SECONDS) as answer, part.open("wb") as file:  # noqa: S310 (https)
        if urlsplit(answer.url).scheme != "https":
            raise ModelUnavailable(f"{url}: it redirects to {answer.url}, which is not https.")
        while chunk := answer.read(_CHUNK):
            size += len(chunk)
            if size > MAX_BYTES:
                raise ModelUnavailable(f"{url}: larger than {MAX_BYTES // 1024**2} MiB; this is no phone model.")
            digest.update(chunk)
            file.write(chunk)
    return digest.hexdigest()
