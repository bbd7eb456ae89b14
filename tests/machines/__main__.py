"""`make machines`: the commands of docs/machines.md run for real, and an exam is replayed on what they start.

Needs redis-server and PostgreSQL; a bucket is played by moto.
"""

from __future__ import annotations

import argparse
import json
import shutil
import subprocess
import sys
import time
from pathlib import Path

from proctoring.bench.postgres import NoPostgres
from tests.machines.documented import ROOT
from tests.machines.running import WEBS, Failed, Site, site, wait_until

EXAM_SECONDS = 400.0


def main(arguments: list[str]) -> int:
    parser = argparse.ArgumentParser(prog="python -m tests.machines", description=__doc__)
    parser.add_argument("--candidates", type=int, default=20)
    parser.add_argument("--seconds", type=float, default=30.0, help="how long each sends pictures (30)")
    parser.add_argument("--lose-one", action="store_true", help="and kill a web process while candidates are on it")
    parser.add_argument("--logs", type=Path, metavar="FOLDER", help="keep each machine's log there")
    options = parser.parse_args(arguments)
    began = time.monotonic()
    try:
        with site() as running:
            say(f"All machines are ready after {time.monotonic() - began:.0f} s")
            try:
                sit(running, options)
                check_timetable(running)
                check_evidence(running, options.candidates)
            finally:
                if options.logs is not None:
                    keep_logs(running, options.logs)
    except NoPostgres as error:
        say(str(error))
        return 1
    except Failed as error:
        say(f"FAILED: {error}")
        return 1
    say(f"Done after {time.monotonic() - began:.0f} s")
    return 0


def sit(running: Site, options: argparse.Namespace) -> None:
    """In a process of its own, with the site's settings."""
    command = [sys.executable, "-m", "tests.machines.exam", *running.addresses]
    command += ["--candidates", str(options.candidates), "--seconds", str(options.seconds)]
    if options.lose_one:
        lost = running.machines[WEBS[1]].process
        assert lost is not None
        command += ["--kill", str(lost.pid)]
    environment = running.machines["first"].environment
    done = subprocess.run(command, cwd=ROOT, env=environment, timeout=EXAM_SECONDS, check=False)
    if done.returncode != 0:
        raise Failed(f"The exam did not go as it should; see above.\n{running.tails()}")


def check_timetable(running: Site) -> None:
    """What beat sends, the general worker does; the frames' worker has nothing to do with it."""
    task = "exams.tasks.deliver_webhooks"
    wait_until(
        lambda: any(task in of_one for name, of_one in done_by(running).items() if name.startswith("worker@")),
        f"{task} was never carried out",
        running,
        30,
    )
    if others := [name for name, of_one in done_by(running).items() if task in of_one and name.startswith("frames@")]:
        raise Failed(f"{others[0]} took {task}.\n{running.machines['frames'].tail()}")
    say("Beat's tasks are carried out by the general worker alone")


def done_by(running: Site) -> dict[str, dict[str, int]]:
    """How often each worker did each task, by what the workers say themselves; their logs have no line for each."""
    command = [sys.executable, "-m", "celery", "-A", "proctor_site", "inspect", "stats", "--json"]
    environment = running.machines["worker"].environment
    asked = subprocess.run(command, cwd=ROOT, env=environment, timeout=60, capture_output=True, text=True, check=False)
    if asked.returncode != 0:
        return {}  # none answered in time
    return {name: stats["total"] for name, stats in json.loads(asked.stdout).items()}


def check_evidence(running: Site, candidates: int) -> None:
    said = running.machines["first"].do("are all logs and pictures as they were written").strip()
    say(said)
    if " 0 findings" not in said or f"{candidates} sessions" not in said:
        raise Failed(f"verify_evidence: {said}")


def keep_logs(running: Site, folder: Path) -> None:
    folder.mkdir(parents=True, exist_ok=True)
    for machine in running.machines.values():
        if machine.log.exists():
            shutil.copyfile(machine.log, folder / f"{machine.name}.log")


def say(text: str) -> None:
    print(text, flush=True)  # noqa: T201


if __name__ == "__main__":
    raise SystemExit(main(sys.argv[1:]))
