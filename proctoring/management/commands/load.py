"""`manage.py load`: many candidates begin one exam at once and save their answers; how long does a save take?"""

from __future__ import annotations

import asyncio
import json
import os
import subprocess
import sys
import tempfile
from argparse import ArgumentParser
from contextlib import ExitStack
from pathlib import Path
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError

from proctoring.bench.postgres import NoPostgres
from proctoring.bench.server import ROOT, OwnServer, ServerDied
from proctoring.load import database, report
from proctoring.load.exam import make_exam, seat
from proctoring.load.queries import per_request
from proctoring.load.run import Plan, probe_of, run

INSIDE = "PROCTOR_LOAD_INSIDE"  # set for the process that works on the load's own data folder


class Command(BaseCommand):
    help = (
        "Starts servers of its own on an empty data folder and an empty PostgreSQL database, lets candidates begin an "
        "unwatched exam through its pages and save an answer every few seconds, and says how long everything took. "
        "PROCTOR_DATABASE may name the PostgreSQL server to use (a database of its own is made there and dropped "
        "again); otherwise one is started."
    )

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--candidates", type=int, default=1000, help="how many (%(default)s)")
        parser.add_argument("--arrival", type=float, default=60, help="seconds in which all begin (%(default)s)")
        parser.add_argument("--seconds", type=float, default=120, help="how long is measured then (%(default)s)")
        parser.add_argument("--every", type=float, default=10, help="seconds between two saves (%(default)s)")
        parser.add_argument("--servers", type=int, default=1, help="web processes to start (%(default)s)")
        parser.add_argument("--sqlite", action="store_true", help="on SQLite instead of PostgreSQL")
        parser.add_argument("--p95", type=float, metavar="MS", help="fail where 95 % of the saves took longer")
        parser.add_argument("--json", type=Path, metavar="FILE", help="write the result as JSON to this file")

    def handle(self, *args: Any, **options: Any) -> None:
        if os.environ.get(INSIDE) == str(settings.DATA_DIR):
            self.measure(options)
        else:
            self.run_inside(options)

    def run_inside(self, options: dict[str, Any]) -> None:
        """The same command again, on data that are thrown away afterwards: never on anybody's real ones."""
        with ExitStack() as stack:
            try:
                extra = {} if options["sqlite"] else {"PROCTOR_DATABASE": stack.enter_context(database.own())}
            except NoPostgres as error:
                raise CommandError(f"{error} Or use --sqlite.") from error
            folder = stack.enter_context(tempfile.TemporaryDirectory(prefix="proctor-load-"))
            server = OwnServer(Path(folder), models_dir=settings.PROCTOR_MODELS_DIR, extra=extra)
            try:
                server.manage("migrate", "--verbosity", "0")
                server.manage("collectstatic", "--noinput", "--verbosity", "0")
            except ServerDied as error:
                raise CommandError(str(error)) from error
            arguments = [sys.executable, "manage.py", "load", *forwarded(options)]
            environment = server.environment | {INSIDE: folder}
            done = subprocess.run(arguments, cwd=ROOT, env=environment, check=False)  # noqa: S603
        if done.returncode != 0:
            raise CommandError("The load did not come to a good end; see above.", returncode=done.returncode)

    def measure(self, options: dict[str, Any]) -> None:
        plan = Plan(arrival=options["arrival"], seconds=options["seconds"], every=options["every"])
        exam = make_exam()
        *places, first, last = seat(exam, options["candidates"] + 2)
        queries_at_first = per_request(first, exam_id=exam.pk)
        extra = {name: value for name, value in os.environ.items() if name.startswith("PROCTOR_") and name != INSIDE}
        servers = [
            OwnServer(settings.DATA_DIR, extra=extra | {"PROCTOR_WORKERS": "1"}) for _ in range(options["servers"])
        ]
        try:
            with ExitStack() as stack:
                for server in servers:
                    stack.enter_context(server)
                self.stderr.write(f"{len(places)} candidates begin")
                pids = [server.process.pid for server in servers if server.process is not None]
                probe = probe_of(pids, database.first_process())
                ports = [server.port for server in servers]
                tally, cores = asyncio.run(run(places, exam_id=exam.pk, ports=ports, plan=plan, probe=probe))
        except ServerDied as error:
            raise CommandError(str(error)) from error
        found = report.as_dict(
            tally,
            plan=plan,
            candidates=len(places),
            servers=len(servers),
            database=database.version(),
            cores=cores,
            queries=(queries_at_first, per_request(last, exam_id=exam.pk)),
            missing=database.missing(tally),
        )
        self.tell(found, options["json"], options["p95"])

    def tell(self, found: report.Report, target: Path | None, p95: float | None) -> None:
        self.stdout.write(report.lines(found))
        if target is not None:
            target.write_text(json.dumps(found, indent=2) + "\n")
        if found["failures"] or found["answers"]["missing_in_the_database"]:
            raise CommandError("Some requests failed or answers were lost.")
        if p95 is not None and found["saves"]["all"]["p95_ms"] > p95:
            raise CommandError(
                f"95 % of the saves took up to {found['saves']['all']['p95_ms']:g} ms; {p95:g} were allowed."
            )


def forwarded(options: dict[str, Any]) -> list[str]:
    """The options as arguments again, with paths that hold in any folder."""
    arguments = []
    for name in ("candidates", "arrival", "seconds", "every", "servers", "p95"):
        if options[name] is not None:
            arguments += [f"--{name}", str(options[name])]
    if options["json"]:
        arguments += ["--json", str(options["json"].resolve())]
    return arguments + (["--sqlite"] if options["sqlite"] else [])
