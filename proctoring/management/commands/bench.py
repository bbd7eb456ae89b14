"""`manage.py bench`: how many candidates this machine holds, and what each stage costs."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import tempfile
from argparse import ArgumentParser
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import asdict
from pathlib import Path
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError

from exams.models import Exam, User
from proctoring.analysis.config import analyzer_config
from proctoring.bench import compare, connected, material, models, report
from proctoring.bench.people import seated
from proctoring.bench.postgres import NoPostgres, own_postgres
from proctoring.bench.remote import NoWorkers, own_redis, pinned_server, pinned_workers, running_redis
from proctoring.bench.run import MetricsUnavailable
from proctoring.bench.search import LevelResult, search
from proctoring.bench.server import ROOT, OwnServer, ServerDied
from proctoring.load import database
from proctoring.models import Session
from proctoring.replay.people import DEMO_EXAM
from proctoring.replay.signin import signed_in
from proctoring.risk.policy import Policy
from proctoring.soak.watch import look

CLIPS = ROOT.parent / "shared" / "data" / "clips"
LEVELS = (10, 20, 40, 60, 80, 120, 160, 240, 320)
QUICK_LEVELS = (2, 3)
INSIDE = "PROCTOR_BENCH_INSIDE"  # set for the process that works on the benchmark's own data folder


class Command(BaseCommand):
    help = (
        "Starts a server of its own on an empty data folder and lets simulated candidates replay all clips "
        "at 2 frames/s over real WebSockets, more and more of them, "
        "until p95 frame-to-verdict passes 500 ms or 1 % of frames drop."
    )

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--clips", type=Path, default=CLIPS, help=f"folder of clips ({CLIPS})")
        parser.add_argument("--levels", type=int, nargs="+", help="numbers of candidates to try, growing")
        parser.add_argument("--seconds", type=float, help="how long each level is measured (20)")
        parser.add_argument("--warm-up", type=float, help="how long each level runs before that (5)")
        parser.add_argument(
            "--frame-workers",
            type=int,
            nargs="+",
            metavar="N",
            help="look at pictures in N Celery workers over a Redis of their own, each pinned to a core; 0: in one "
            "worker of the server's own, pinned too. Several numbers are measured one after the other and compared",
        )
        parser.add_argument(
            "--connected",
            type=int,
            nargs="+",
            metavar="N",
            help="instead: so many candidates who send a picture every --every seconds; what does each cost?",
        )
        parser.add_argument("--every", type=float, default=20.0, help="with --connected: seconds (%(default)s)")
        parser.add_argument(
            "--machines",
            action="store_true",
            help="with --connected: on a PostgreSQL and a Redis of their own, as on several machines",
        )
        parser.add_argument("--json", type=Path, metavar="FILE", help="write the result as JSON to this file")
        parser.add_argument(
            "--quick", action="store_true", help="few candidates for a few seconds: does it work at all"
        )

    def handle(self, *args: Any, **options: Any) -> None:
        if os.environ.get(INSIDE) == str(settings.DATA_DIR):
            (self.measure_connected if options["connected"] else self.measure)(options)
        else:
            self.run_inside(options)

    def run_inside(self, options: dict[str, Any]) -> None:
        """The same command again, on a data folder that is thrown away afterwards: never on anybody's real data."""
        if not options["clips"].is_dir():
            raise CommandError(
                f"There are no clips at {options['clips']}. Name the folder that holds them with --clips."
            )
        with ExitStack() as stack:
            folder = stack.enter_context(tempfile.TemporaryDirectory(prefix="proctor-bench-"))
            try:
                extra = stack.enter_context(own_services()) if options["machines"] else {}
                server = OwnServer(Path(folder), models_dir=settings.PROCTOR_MODELS_DIR, extra=extra)
                server.prepare()
            except (ServerDied, NoPostgres, NoWorkers) as error:
                raise CommandError(str(error)) from error
            arguments = [sys.executable, "manage.py", "bench", *forwarded(options)]
            environment = server.environment | {INSIDE: folder}
            done = subprocess.run(arguments, cwd=ROOT, env=environment, check=False)  # noqa: S603
        if done.returncode != 0:
            raise CommandError("The benchmark did not finish; see above.", returncode=done.returncode)

    def measure(self, options: dict[str, Any]) -> None:
        from proctoring.bench.run import Bench

        policy, quick = Policy(), options["quick"]
        interval = 1 / policy.frames_per_second
        levels = sorted(options["levels"] or (QUICK_LEVELS if quick else LEVELS))
        try:
            shows = material.load_shows(options["clips"], interval=interval)
        except material.NoMaterial as error:
            raise CommandError(str(error)) from error
        self.stderr.write("Measuring the models alone")
        jpegs = material.evenly(shows, 3 if quick else 40)
        neutral = material.neutral_jpegs(options["clips"])
        alone = models.measure(analyzer_config(), jpegs, neutral, phone_every=policy.phone_every)

        exam = Exam.objects.get(title=DEMO_EXAM)
        seating = seated(max(levels), exam=exam, shows=shows, calibration=alone.calibration)
        Exam.objects.filter(pk=exam.pk).update(duration_minutes=24 * 60)  # for all the runs
        admin = User.objects.filter(is_superuser=True).earliest("pk")
        runs = []
        try:
            with seating as seats, signed_in(admin) as cookie:
                for workers in options["frame_workers"] or [None]:
                    with serving(workers) as (server, pids, redis):
                        assert server.process is not None
                        bench = Bench(
                            url=server.url,
                            server_pid=server.process.pid,
                            cookie=cookie,
                            interval=interval,
                            warm_up=options["warm_up"] or (1.0 if quick else 5.0),
                            seconds=options["seconds"] or (3.0 if quick else 20.0),
                            workers_pids=pids,
                            redis_pid=redis,
                        )

                        def run(count: int, bench: Bench = bench) -> LevelResult:
                            self.stderr.write(f"{count} candidates")
                            return bench.run(seats[:count])

                        tried = search(run, levels, refine=not quick)
                    runs.append(report.as_dict(tried, alone, interval=interval) | {"frame_workers": workers})
        except (ServerDied, MetricsUnavailable, NoWorkers) as error:
            raise CommandError(str(error)) from error
        self.tell(runs, options["json"])

    def measure_connected(self, options: dict[str, Any]) -> None:
        interval = options["every"]
        try:
            shows = material.load_shows(options["clips"], interval=interval)
        except material.NoMaterial as error:
            raise CommandError(str(error)) from error
        neutral = material.neutral_jpegs(options["clips"])
        alone = models.measure(analyzer_config(), material.evenly(shows, 1), neutral, phone_every=1)
        exam = Exam.objects.get(title=DEMO_EXAM)
        Exam.objects.filter(pk=exam.pk).update(duration_minutes=24 * 60)
        seating = seated(max(options["connected"]), exam=exam, shows=shows, calibration=alone.calibration)
        ours = {name: value for name, value in os.environ.items() if name.startswith("PROCTOR_") and name != INSIDE}
        server, result = OwnServer(settings.DATA_DIR, extra=ours), {}
        try:
            with seating as seats, signed_in(User.objects.filter(is_superuser=True).earliest("pk")) as cookie, server:
                ask_for_a_picture_every(interval)
                assert server.process is not None
                bench = connected.Bench(
                    url=server.url,
                    server_pid=server.process.pid,
                    cookie=cookie,
                    exam_id=exam.pk,
                    proctor=cookie,
                    interval=interval,
                    seconds=options["seconds"] or max(30.0, 2 * interval),
                    silence=min(15.0, interval),
                    alone_mib=look(server.process.pid).memory_mib,
                    database_pid=database.first_process(),
                )
                levels = []
                for count in sorted(options["connected"]):
                    for wall in (False, True):
                        self.stderr.write(f"{count} candidates connected{', and a wall is open' if wall else ''}")
                        levels.append(asdict(bench.run(seats[:count], wall=wall)))
                result = report.connected_as_dict(levels, every=interval, database=database.version())
        except (ServerDied, MetricsUnavailable) as error:
            raise CommandError(f"{error}\n{server.log_tail()}") from error
        self.stdout.write(connected.table(result))
        if options["json"] is not None:
            options["json"].write_text(json.dumps(result, indent=2) + "\n")

    def tell(self, runs: list[dict[str, Any]], target: Path | None) -> None:
        for each in runs:
            self.stdout.write(report.table(each))
        result: dict[str, Any] = runs[0]
        if len(runs) > 1:
            found = compare.compared(runs)
            self.stdout.write(compare.lines(found))
            result = {"runs": runs, "compared": found}
        if target is not None:
            target.write_text(json.dumps(result, indent=2) + "\n")


@contextmanager
def serving(workers: int | None) -> Iterator[tuple[OwnServer, tuple[int, ...], int | None]]:
    """A server, its Celery workers' process ids and its Redis'. ``workers``: as ``--frame-workers``; None: as
    `make run` starts it, nothing pinned."""
    with ExitStack() as stack:
        if not workers:
            extra = None if workers is None else {"PROCTOR_WORKERS": "1"}
            server = OwnServer(settings.DATA_DIR, extra=extra)
            stack.enter_context(server if workers is None else pinned_server(server))
            yield server, (), None
            return
        server = OwnServer(settings.DATA_DIR, extra=stack.enter_context(own_redis()))
        redis = running_redis()
        pids = stack.enter_context(pinned_workers(workers, server.environment, settings.DATA_DIR))
        yield stack.enter_context(server), pids, redis


def forwarded(options: dict[str, Any]) -> list[str]:
    """The options as arguments again, with paths that hold in any folder."""
    arguments = ["--clips", str(options["clips"].resolve())]
    if options["levels"]:
        arguments += ["--levels", *map(str, options["levels"])]
    if options["connected"]:
        arguments += ["--connected", *map(str, options["connected"])]
    if options["frame_workers"]:
        arguments += ["--frame-workers", *map(str, options["frame_workers"])]
    for name in ("seconds", "warm_up", "every"):
        if options[name] is not None:
            arguments += [f"--{name.replace('_', '-')}", str(options[name])]
    if options["json"]:
        arguments += ["--json", str(options["json"].resolve())]
    return arguments + (["--quick"] if options["quick"] else [])


def ask_for_a_picture_every(seconds: float) -> None:
    """More slowly than an exam may, of everybody who has a session."""
    for session in Session.objects.all():
        session.policy["frames_per_second"] = 1 / seconds
        session.save(update_fields=["policy"])


@contextmanager
def own_services() -> Iterator[dict[str, str]]:
    """The settings of a site with a PostgreSQL and a Redis of its own, which looks at pictures itself."""
    with own_postgres() as address, own_redis() as redis:
        yield {"PROCTOR_DATABASE": address, "PROCTOR_REDIS": redis["PROCTOR_REDIS"]}
