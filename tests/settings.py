"""The site's settings for tests: a data folder of their own, and static files under their plain names.

Here and not in a ``conftest.py``: pytest-django reads the settings before any of those.
"""

from __future__ import annotations

import atexit
import os
import shutil
import tempfile
from pathlib import Path


def remove(folder: str, maker: int) -> None:
    """At the end of the process that made it; a child forked from that one leaves it alone."""
    if os.getpid() == maker:
        shutil.rmtree(folder, ignore_errors=True)


if "PROCTOR_DATA_DIR" not in os.environ:
    os.environ["PROCTOR_DATA_DIR"] = tempfile.mkdtemp(prefix="proctor-tests-")
    atexit.register(remove, os.environ["PROCTOR_DATA_DIR"], os.getpid())
worker = os.environ.get("PYTEST_XDIST_WORKER", "")
given = Path(os.environ["PROCTOR_DATA_DIR"])
if worker and given.name != worker:  # given by the process that started the workers; each has a part of it for itself
    os.environ["PROCTOR_DATA_DIR"] = str(given / worker)
os.environ.setdefault("PROCTOR_STATIC_MANIFEST", "False")

from proctor_site.settings import *  # noqa: E402, F403
from proctor_site.settings import BASE_DIR, DATABASES, STATIC_ROOT  # noqa: E402

STATIC_ROOT.mkdir(parents=True, exist_ok=True)  # WhiteNoise warns where there is none
if "init_command" in (options := DATABASES["default"]["OPTIONS"]):
    # What is thrown away afterwards need not be on the disk at each of thousands of commits.
    options["init_command"] = options["init_command"].replace("synchronous=FULL", "synchronous=NORMAL")
PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]  # the real one is slow on purpose
PROCTOR_MODELS_DIR = BASE_DIR / "var" / "models"  # kept between runs: exporting a model takes longer than many a test
