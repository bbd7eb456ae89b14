"""`manage.py observe PICTURE…`: one JSON line per picture with everything the detectors saw."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from proctoring.analysis.config import analyzer_config
from proctoring.vision.analyzer import Analyzer
from proctoring.vision.frame import BadFrame

MAX_BYTES = 16 * 1024 * 1024  # a file from a disk may be saved at a higher quality than a browser's frame


class Command(BaseCommand):
    help = "Prints one JSON line per JPEG with everything the detectors saw in it."
    requires_system_checks: list[str] = []

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("pictures", nargs="+", type=Path, metavar="PICTURE", help="a JPEG, at most 1920×1080")

    def handle(self, *args: Any, pictures: list[Path], **options: Any) -> None:
        analyzer = Analyzer(replace(analyzer_config(), max_frame_bytes=MAX_BYTES))
        for status in analyzer.detectors.values():
            if not status.ok:
                self.stderr.write(f"The detector “{status.name}” is off. {status.reason}")
        failed = 0
        for path in pictures:
            line = self._observe(analyzer, path)
            failed += "error" in line
            self.stdout.write(json.dumps(line))
        if failed:
            raise CommandError(f"{failed} of {len(pictures)} pictures could not be read.")

    def _observe(self, analyzer: Analyzer, path: Path) -> dict[str, Any]:
        try:
            observation = analyzer.analyse(path.read_bytes())
        except BadFrame as error:
            return {"file": str(path), "error": str(error), "code": error.code}
        except OSError as error:
            return {"file": str(path), "error": error.strerror or str(error)}
        return {"file": str(path), "observation": observation.as_dict()}
