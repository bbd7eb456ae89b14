"""`manage.py train_phones`: weights for the phone detector, from labelled pictures and the architecture alone."""

from __future__ import annotations

import os
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

ROOT = Path(__file__).resolve().parents[3]
DATA = ROOT.parent / "shared" / "data"
STAGES = "128:100000,192:250000,256:125000,320:25000"


class Command(BaseCommand):
    help = (
        "Trains a one-class YOLO26n on phones/ and negatives/ of the data folder. Goes on where it stopped when --out "
        "holds a checkpoint; stop it with Ctrl+C. docs/phones.md has the recipe, the figures and how long it takes."
    )
    requires_system_checks: list[str] = []

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--data", type=Path, default=DATA, help=f"folder with phones/ and negatives/ ({DATA})")
        parser.add_argument("--out", type=Path, required=True, help="folder for checkpoints and weights")
        parser.add_argument("--stages", default=STAGES, help=f"SIZE:PICTURES,… small pictures first ({STAGES})")
        parser.add_argument("--batch", type=int, default=32, help="pictures a step, over all processes (32)")
        parser.add_argument("--rate", type=float, default=1.5e-3, help="highest learning rate (0.0015)")
        parser.add_argument("--warm-up", type=int, default=5_000, help="pictures until that rate is reached (5000)")
        parser.add_argument(
            "--cooling", type=float, default=0.4, help="last share of the run with a falling rate (0.4)"
        )
        parser.add_argument("--seed", type=int, default=0, help="of weights and pictures (0)")
        parser.add_argument("--optimiser", choices=("muon", "adamw"), default="muon", help="(muon)")
        parser.add_argument("--start", type=Path, help="go on from these trusted weights instead of from nothing")
        parser.add_argument(
            "--hard",
            type=Path,
            nargs="+",
            metavar="WEIGHTS",
            default=[],
            help="show more often what any of these trusted weights takes for a phone",
        )
        parser.add_argument(
            "--relist", type=int, metavar="PICTURES", help="and, after each so many pictures, what the run's own do"
        )
        parser.add_argument("--device", default="cpu", help="cpu, or cuda for a GPU (cpu)")
        parser.add_argument("--processes", type=int, help="training processes, one thread each (CPU: one a core)")
        parser.add_argument("--makers", type=int, help="processes that make pictures ahead (CPU: 0, GPU: the cores)")
        parser.add_argument("--keep-every", type=int, default=100, help="steps between checkpoints (100)")

    def handle(self, *args: Any, **options: Any) -> None:
        from proctoring.training import material
        from proctoring.training.loop import Run
        from proctoring.training.pictures import DataMissing
        from proctoring.training.recipe import Recipe, stages
        from proctoring.training.relisting import Hard, train
        from proctoring.vision.model_files import ModelUnavailable

        cores, on_cpu = os.cpu_count() or 1, options["device"] == "cpu"
        try:
            recipe = Recipe(
                stages=stages(options["stages"]),
                batch=options["batch"],
                rate=options["rate"],
                warm_up=options["warm_up"],
                cooling=options["cooling"],
                optimiser=options["optimiser"],
                seed=options["seed"],
            )
            run = Run(
                folder=options["out"],
                processes=options["processes"] or (cores if on_cpu else 1),
                device=options["device"],
                makers=options["makers"] if options["makers"] is not None else (0 if on_cpu else cores),
                keep_every=options["keep_every"],
                start=options["start"],
            )
            shown = material.load(options["data"], options["out"], self.say)
            train(recipe, shown, run, Hard(options["hard"], options["relist"]), self.say)
        except (DataMissing, ModelUnavailable, ValueError) as error:
            raise CommandError(str(error)) from error

    def say(self, sentence: str) -> None:
        self.stdout.write(sentence)
        self.stdout.flush()
