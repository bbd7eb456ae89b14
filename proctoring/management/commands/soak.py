"""`manage.py soak`: a site that runs for long, and that people come to and leave thousands of times, keeps nothing."""

from __future__ import annotations

import asyncio
import json
import os
import platform
import subprocess
import sys
import tempfile
from argparse import ArgumentParser
from pathlib import Path
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError

from proctoring.analysis.config import analyzer_config
from proctoring.bench import material, models
from proctoring.bench.processes import cpu_model
from proctoring.bench.run import MetricsUnavailable
from proctoring.bench.server import ROOT, OwnServer, ServerDied
from proctoring.management.commands.bench import CLIPS
from proctoring.soak import report
from proctoring.soak.run import Plan, Soak
from proctoring.soak.stage import prepare

INSIDE = "PROCTOR_SOAK_INSIDE"  # set for the process that works on the soak's own data folder
WARM_UP_SHARE = 1 / 6
WARM_UP_MINUTES = 10.0


class Command(BaseCommand):
    help = (
        "Starts a server of its own on an empty data folder. Candidates sit an exam there for long, watched by a "
        "proctor, while memory, files, sockets, threads and tasks of every process are read; then thousands of "
        "connections come and go in every good and bad way. Fails when anything grew or was left behind."
    )

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--clips", type=Path, default=CLIPS, help=f"folder of clips ({CLIPS})")
        parser.add_argument("--candidates", type=int, default=50, help="how many (%(default)s)")
        parser.add_argument("--minutes", type=float, default=60.0, help="how long they sit (%(default)s)")
        parser.add_argument(
            "--warm-up",
            type=float,
            metavar="MINUTES",
            help="not judged at first: caches, pools and windows of time fill (a sixth of the time, at most 10)",
        )
        parser.add_argument("--fps", type=float, default=2.0, help="pictures a second of each candidate (%(default)s)")
        parser.add_argument("--connects", type=int, default=3000, help="connections that come and go (%(default)s)")
        parser.add_argument("--workers", type=int, default=0, help="analysis workers (one a core)")
        parser.add_argument("--folder", type=Path, help="an empty folder to keep the data and the server's log in")
        parser.add_argument("--json", type=Path, metavar="FILE", help="write the result as JSON to this file")

    def handle(self, *args: Any, **options: Any) -> None:
        if os.environ.get(INSIDE) == str(settings.DATA_DIR):
            self.soak(options)
        else:
            self.run_inside(options)

    def run_inside(self, options: dict[str, Any]) -> None:
        """The same command again, on data of its own: never on anybody's real ones."""
        if not options["clips"].is_dir():
            raise CommandError(
                f"There are no clips at {options['clips']}. Name the folder that holds them with --clips."
            )
        if options["folder"] and options["folder"].is_dir() and any(options["folder"].iterdir()):
            raise CommandError(f"{options['folder']} is not empty. Name a new folder with --folder.")
        with tempfile.TemporaryDirectory(prefix="proctor-soak-") as temporary:
            folder = (options["folder"] or Path(temporary)).resolve()
            extra = {"PROCTOR_WORKERS": str(options["workers"])}
            server = OwnServer(folder, models_dir=settings.PROCTOR_MODELS_DIR, extra=extra)
            try:
                server.manage("migrate", "--verbosity", "0")
                server.manage("collectstatic", "--noinput", "--verbosity", "0")
            except ServerDied as error:
                raise CommandError(str(error)) from error
            environment = server.environment | {INSIDE: str(folder)}
            arguments = [sys.executable, "manage.py", "soak", *forwarded(options)]
            done = subprocess.run(arguments, cwd=ROOT, env=environment, check=False)  # noqa: S603
        if done.returncode != 0:
            raise CommandError("The soak was not good; see above.", returncode=done.returncode)

    def soak(self, options: dict[str, Any]) -> None:
        minutes, fps, count = options["minutes"], options["fps"], options["candidates"]
        warm_up = options["warm_up"]
        plan = Plan(
            minutes=minutes,
            warm_up=min(WARM_UP_MINUTES, minutes * WARM_UP_SHARE) if warm_up is None else warm_up,
            connects=options["connects"],
        )
        shows = material.load_shows(options["clips"], interval=1 / fps)
        neutral = material.neutral_jpegs(options["clips"])
        alone = models.measure(analyzer_config(), material.evenly(shows, 1), neutral, phone_every=1)
        stage = prepare(count, fps=fps, calibration=alone.calibration)
        server = OwnServer(settings.DATA_DIR, extra={"PROCTOR_WORKERS": str(options["workers"])})
        try:
            with server:
                assert server.process is not None
                self.tell(f"The site runs at {server.url}, process {server.process.pid}; its log is {server.log}")
                soak = Soak(stage, shows, url=server.url, pid=server.process.pid, tell=self.tell)
                found = asyncio.run(soak.run(plan))
        except (ServerDied, MetricsUnavailable) as error:
            raise CommandError(f"{error}\n{server.log_tail()}") from error
        machine = {"cpu": cpu_model(), "cores": os.cpu_count(), "python": platform.python_version()}
        result = report.as_dict(found, plan=plan, candidates=count, fps=fps, machine=machine)
        self.stdout.write(report.lines(result))
        if options["json"]:
            options["json"].write_text(json.dumps(result, indent=2) + "\n")
        if result["faults"]:
            raise CommandError("Something grew, was left behind or failed.")

    def tell(self, sentence: str) -> None:
        self.stderr.write(sentence)
        self.stderr.flush()


def forwarded(options: dict[str, Any]) -> list[str]:
    """The options as arguments again, with paths that hold in any folder."""
    arguments = ["--clips", str(options["clips"].resolve())]
    for name in ("candidates", "minutes", "warm_up", "fps", "connects", "workers"):
        if options[name] is not None:
            arguments += [f"--{name.replace('_', '-')}", str(options[name])]
    if options["json"]:
        arguments += ["--json", str(options["json"].resolve())]
    return arguments
