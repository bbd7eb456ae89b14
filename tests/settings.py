"""The site's settings for tests: a data folder of their own, and static files under their plain names.

Here and not in a ``conftest.py``: pytest-django reads the settings before any of those.
"""

from __future__ import annotations

import os
import tempfile

os.environ.setdefault("PROCTOR_DATA_DIR", tempfile.mkdtemp(prefix="proctor-tests-"))
os.environ.setdefault("PROCTOR_STATIC_MANIFEST", "False")

from proctor_site.settings import *  # noqa: F403
from proctor_site.settings import STATIC_ROOT

STATIC_ROOT.mkdir(parents=True, exist_ok=True)  # WhiteNoise warns where there is none
PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]  # the real one is slow on purpose
