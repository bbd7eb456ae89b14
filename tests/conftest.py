"""What every test shares."""

from __future__ import annotations

import os
import tempfile

# Before Django's settings are read: tests keep their own data folder and plain static names.
os.environ.setdefault("PROCTOR_DATA_DIR", tempfile.mkdtemp(prefix="proctor-tests-"))
os.environ.setdefault("PROCTOR_STATIC_MANIFEST", "False")
