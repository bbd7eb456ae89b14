"""What the site keeps about people is readable by its own account alone, whatever the umask says."""

from __future__ import annotations

import os
import stat
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
WRITE_ONE_OF_EACH = """
import os
os.umask(0o022)
import django
django.setup()
from django.core.files.base import ContentFile
from django.core.files.storage import default_storage
from django.db import connection
connection.cursor().execute("CREATE TABLE kept (x INTEGER)")
default_storage.save("snapshots/session/NO_FACE_1.jpg", ContentFile(b"picture"))
"""


def test_pictures_database_and_key_are_for_the_owner_only(tmp_path: Path) -> None:
    data = tmp_path / "data"
    surroundings = {name: value for name, value in os.environ.items() if not name.startswith("PROCTOR_")}
    environment = {**surroundings, "PROCTOR_DATA_DIR": str(data), "DJANGO_SETTINGS_MODULE": "proctor_site.settings"}
    subprocess.run([sys.executable, "-c", WRITE_ONE_OF_EACH], cwd=ROOT, env=environment, check=True)
    made = {path.name: stat.S_IMODE(path.stat().st_mode) for path in [data, *data.rglob("*")]}
    assert {"db.sqlite3", "secret_key", "NO_FACE_1.jpg"} <= made.keys()
    assert {name: oct(mode) for name, mode in made.items() if mode & 0o077} == {}
