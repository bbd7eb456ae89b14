"""`make kills`: an exam on several machines' processes, which are killed under it at random moments, one after another.

Afterwards everything that was acknowledged has to be there, once. Needs redis-server and PostgreSQL.
"""

from __future__ import annotations

import argparse
import json
import os
import random
import secrets
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from functools import partial
from pathlib import Path

from proctoring.bench.postgres import NoPostgres, own_server
from proctoring.bench.server import ROOT, free_port
from tests.bucket import KEYS
from tests.kills.parts import Lookers, Part, PostgresServer, PostgresThenWeb, RedisServer, Web
from tests.kills.report import LIMIT_SECONDS
from tests.machines.__main__ import keep_logs
from tests.machines.running import SECRET_KEY, WEBS, Failed, Machine, Site, answers, make_machine, wait_until


@dataclass(slots=True)
class Running:
    site: Site
    parts: list[Part]
    environment: dict[str, str]


def main(arguments: list[str]) -> int:
    parser = argparse.ArgumentParser(prog="python -m tests.kills", description=__doc__)
    parser.add_argument("--kills", type=int, default=100)
    parser.add_argument("--candidates", type=int, default=8)
    parser.add_argument("--seed", type=int, default=None, help="of everything that is left to chance; printed")
    parser.add_argument("--webs", type=int, choices=(1, 2), default=2, help="web processes (2)")
    parser.add_argument("--lookers", type=int, default=2, help="processes that look at pictures (2)")
    parser.add_argument("--between", type=float, default=4.0, help="most seconds between two kills (4)")
    parser.add_argument("--limit", type=float, default=LIMIT_SECONDS, help="seconds until everybody is watched (5)")
    parser.add_argument("--json", type=Path, metavar="FILE", help="write the figures there too")
    parser.add_argument("--logs", type=Path, metavar="FOLDER", help="keep each machine's log there")
    options = parser.parse_args(arguments)
    signal.signal(signal.SIGTERM, lambda *_: sys.exit("Stopped"))  # and what was started is ended
    seed = secrets.randbelow(1_000_000) if options.seed is None else options.seed
    say(f"Seed {seed}")
    try:
        with running(options.webs, options.lookers, seed) as ready:
            try:
                return sit(ready, options, seed)
            finally:
                if options.logs is not None:
                    keep_logs(ready.site, options.logs)
    except (NoPostgres, Failed) as error:
        say(f"FAILED: {error}")
        return 1


def sit(ready: Running, options: argparse.Namespace, seed: int) -> int:
    os.environ.update(ready.environment | {"DJANGO_SETTINGS_MODULE": "proctor_site.settings"})
    import django

    django.setup()
    from tests.kills.run import hold

    report = hold(
        ready.parts,
        ready.site.addresses,
        candidates=options.candidates,
        kills=options.kills,
        seed=seed,
        between=options.between,
    )
    for line in report.lines(options.limit):
        say(line)
    if options.json is not None:
        options.json.write_text(json.dumps(report.as_dict(options.limit), indent=1) + "\n", encoding="utf-8")
    return 1 if report.lost or report.late(options.limit) else 0


@contextmanager
def running(webs: int, lookers: int, seed: int) -> Iterator[Running]:
    """Started by the documented commands, PostgreSQL so that what it has confirmed is on the disk. Pictures lie in a
    folder that all share."""
    with ExitStack() as stack:
        folder = Path(stack.enter_context(tempfile.TemporaryDirectory(prefix="proctor-kills-")))
        postgres = stack.enter_context(own_server())
        redis_port = free_port()
        redis_url = f"redis://127.0.0.1:{redis_port}"
        shared = dict.fromkeys(KEYS, "") | {
            "PROCTOR_DATABASE": postgres.url,
            "PROCTOR_REDIS": f"{redis_url}/0",
            "PROCTOR_BROKER": f"{redis_url}/1",
            "PROCTOR_STORAGE": "",
            "PROCTOR_ANALYSIS": "celery",
            "PROCTOR_SECRET_KEY": SECRET_KEY,
        }
        (folder / "media").mkdir()
        site = Site()

        def machine(name: str, **own: str) -> Machine:
            made = site.machines[name] = make_machine(name, folder / name, shared | own)
            (folder / name / "media").symlink_to(folder / "media")
            stack.callback(made.stop)
            return made

        redis = machine("redis", REDIS_ADDRESS="127.0.0.1", REDIS_PORT=str(redis_port))
        redis.start("Redis")
        frames = machine("frames", CORES=str(lookers))
        frames.start("frames: a machine that looks at pictures")  # it knows nothing of the database
        first = machine("first")
        migrate(first)
        rng = random.Random(seed)
        parts: list[Part] = [
            RedisServer(redis, shared["PROCTOR_REDIS"]),
            PostgresServer(postgres),
            Lookers(frames, shared["PROCTOR_REDIS"], rng),
        ]
        for name in WEBS[:webs]:
            port = site.ports[name] = free_port()
            web = machine(name, ADDRESS="127.0.0.1", PORT=str(port))
            web.start("web: pages and live connections")
            part = Web(web, f"http://127.0.0.1:{port}")
            parts += [part, PostgresThenWeb(postgres, part)]
        began = time.monotonic()
        for name, address in zip(site.ports, site.addresses, strict=True):
            wait_until(partial(answers, f"{address}/readyz"), f"{name} is not ready", site)
        say(f"All machines are ready {time.monotonic() - began:.0f} s after the last was started")
        yield Running(site, parts, first.environment)


def migrate(machine: Machine) -> None:
    """And no more: nobody looks at pages here, and the models are there or are exported by who needs them."""
    command = [sys.executable, "manage.py", "migrate", "--verbosity", "0"]
    done = subprocess.run(command, cwd=ROOT, env=machine.environment, capture_output=True, text=True, check=False)
    if done.returncode != 0:
        raise Failed(f"The database could not be made:\n{done.stdout}\n{done.stderr}")


def say(text: str) -> None:
    print(text, flush=True)  # noqa: T201


if __name__ == "__main__":
    raise SystemExit(main(sys.argv[1:]))
