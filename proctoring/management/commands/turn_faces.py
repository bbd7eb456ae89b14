"""`manage.py turn_faces PICTURES --out DIR`: frontal faces turned by known angles, for `evaluate head-pose`."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from proctoring.evaluation.progress import Progress
from proctoring.evaluation.report import NotMeasurable
from proctoring.evaluation.turned_faces import PITCHES, YAWS, Turner, angles, listed, write

MOST_DEGREES = 90.0
DEPTHS = (0.5, 2.0)


class Command(BaseCommand):
    help = "Turns heads in frontal pictures by known angles; writes JPEGs and the list that `evaluate head-pose` reads."
    requires_system_checks: list[str] = []

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument(
            "pictures",
            type=Path,
            help="a folder of JPEGs, or a CSV with the column file and, if known, race, gender, age",
        )
        parser.add_argument("--out", type=Path, required=True, metavar="DIR", help="a new or empty folder")
        parser.add_argument("--people", type=int, default=12, metavar="N", help="so many of each race, or of all")
        parser.add_argument("--yaws", type=float, nargs="*", default=YAWS, metavar="DEG", help="each to both sides")
        parser.add_argument("--pitches", type=float, nargs="*", default=PITCHES, metavar="DEG", help="up is positive")
        parser.add_argument("--depth", type=float, default=1.0, help="how deep heads are, 1 being the mean face")
        parser.add_argument("--whole-head", action="store_true", help="only pictures that show the crown too")
        parser.add_argument("--seed", type=int, default=1, help="who is drawn; the same seed, the same people")

    def handle(self, *args: Any, pictures: Path, out: Path, **options: Any) -> None:
        by = angles(options["yaws"], options["pitches"])
        if any(abs(angle) > MOST_DEGREES for pair in by for angle in pair):
            raise CommandError(f"Heads can be turned by at most {MOST_DEGREES:.0f}° to either side.")
        if options["people"] < 1:
            raise CommandError("--people must be 1 or more.")
        if not DEPTHS[0] <= options["depth"] <= DEPTHS[1]:
            raise CommandError(f"--depth must lie between {DEPTHS[0]} and {DEPTHS[1]}.")
        progress = Progress(self.stderr)
        try:
            turner = Turner()
            sitters = turner.choose(
                listed(pictures),
                people=options["people"],
                seed=options["seed"],
                progress=progress,
                whole_head=options["whole_head"],
            )
            written = write(sitters, out, turner, progress, by=by, depth=options["depth"])
        except NotMeasurable as error:
            raise CommandError(str(error)) from error
        self.stdout.write(f"{len(sitters)} people, {len(by)} pictures each: {written}")
