"""`manage.py prepare_models`: makes the models ready before the first candidate comes, and says how each fares."""

from __future__ import annotations

import time
from pathlib import Path
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError, CommandParser

from proctoring.analysis.config import analyzer_config
from proctoring.vision.analyzer import Analyzer
from proctoring.vision.download import download
from proctoring.vision.model_files import ModelUnavailable


class Command(BaseCommand):
    help = "Downloads missing weights (only if PROCTOR_PHONE_WEIGHTS_URL is set), exports the phone model, tests all."
    requires_system_checks: list[str] = []

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--strict", action="store_true", help="fail when a detector is off")

    def handle(self, *args: Any, strict: bool, **options: Any) -> None:
        config = analyzer_config()
        self._fetch_weights(Path(config.phone_weights))
        self.stdout.write("Loading the detectors; the first time this also exports the phone model (some seconds)…")
        self.stdout.flush()
        start = time.monotonic()
        detectors = Analyzer(config).detectors.values()
        for status in detectors:
            self.stdout.write(
                f"  {status.name}: ready, {status.model.name}, SHA-256 {status.model.sha256[:16]}…"
                if status.ok and status.model is not None
                else f"  {status.name}: OFF. {status.reason}"
            )
        self.stdout.write(f"Done in {time.monotonic() - start:.1f} s.")
        if strict and not all(status.ok for status in detectors):
            raise CommandError("Not every detector can be used; see the lines above.")

    def _fetch_weights(self, weights: Path) -> None:
        if weights.exists():
            return
        address = settings.PROCTOR_PHONE_WEIGHTS_URL
        if not address:
            self.stderr.write(
                f"The phone weights are missing: {weights}. Put an Ultralytics model (.pt) there, name another with "
                "PROCTOR_PHONE_WEIGHTS, or set PROCTOR_PHONE_WEIGHTS_URL to an https address and run this again."
            )
            return
        self.stdout.write(f"The phone weights are missing; downloading them to {weights}…")
        try:
            download(address, weights)
        except ModelUnavailable as error:
            self.stderr.write(str(error))
