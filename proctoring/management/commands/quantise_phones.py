"""`manage.py quantise_phones DIR`: the phone model in eight bits, written beside its weights."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError, CommandParser

from proctoring.evaluation.report import NotMeasurable
from proctoring.training.quantise import PICTURES, CannotQuantise, calibration_pictures, quantise
from proctoring.vision.model_files import ModelUnavailable


class Command(BaseCommand):
    help = "Writes the phone model in eight bits beside its weights; measure it with `manage.py evaluate phones` after."
    requires_system_checks: list[str] = []

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument(
            "folders", type=Path, nargs="+", metavar="DIR", help="pictures, as evaluate phones takes them"
        )
        parser.add_argument("--weights", type=Path, default=Path(settings.PROCTOR_PHONE_WEIGHTS), help="a .pt file")
        parser.add_argument(
            "--size", type=int, default=settings.PROCTOR_PHONE_SIZE, help="longer side in pixels it sees"
        )
        parser.add_argument("--pictures", type=int, default=PICTURES, metavar="N", help=f"to find ranges ({PICTURES})")

    def handle(self, *args: Any, folders: list[Path], weights: Path, size: int, pictures: int, **options: Any) -> None:
        try:
            chosen = calibration_pictures(folders, count=pictures)
            written = quantise(weights, chosen, size=size, models_dir=settings.PROCTOR_MODELS_DIR)
        except (CannotQuantise, ModelUnavailable, NotMeasurable) as error:
            raise CommandError(str(error)) from error
        megabytes = sum(file.stat().st_size for file in written.iterdir()) / 1e6
        self.stdout.write(f"{written}: {megabytes:.1f} MB, from {len(chosen)} pictures.")
