"""One target in a process of its own: ``python -m tests.fuzz.engine TARGET …``, started by ``python -m tests.fuzz``.

A crash in native code ends this process, never the run. With atheris the inputs follow the coverage of ``exams`` and
``proctoring``; without it they are only made from the examples.
"""

from __future__ import annotations

import argparse
import atexit
import hashlib
import random
import signal
import sys
import tempfile
import time
import traceback
from collections.abc import Iterator
from contextlib import nullcontext
from pathlib import Path
from typing import Any

from tests.fuzz.guard import Guard
from tests.fuzz.mutation import mutate_bytes
from tests.fuzz.target import Target, load

try:
    import atheris
except ImportError:  # Python 3.10, another processor, or only the tools for tests are installed
    atheris = None

OURS = ["exams", "proctoring"]
WAITS_SECONDS = 60  # by the clock, beside other work: nothing here waits for anything, so this is for ever
FOUND = 77  # exit code: an input was found that a target cannot take; libFuzzer has its own


def main() -> int:
    options = _options()
    hooked = options.engine == "atheris"
    with atheris.instrument_imports(include=OURS) if hooked else nullcontext():
        target = load(options.target)
        take = target.start()
    first = target.seeds()
    kept = [file.read_bytes() for folder in options.begin_with for file in sorted(folder.glob("*")) if file.is_file()]
    options.findings.mkdir(parents=True, exist_ok=True)
    for data in [*first, *kept]:  # once without limits of time, as what is loaded late is loaded now
        try:
            take(data)
        except Exception:
            return _tell(data, options.findings)
    guard = Guard(take, target.seconds, target.memory_mb, options.progress)
    guard.progress.kind = options.engine
    if hooked:
        return _follow_coverage(target, guard, [*first, *kept], options)
    return _by_chance(target, guard, [*first, *kept], options)


def _follow_coverage(target: Target, guard: Guard, first: list[bytes], options: argparse.Namespace) -> int:
    options.corpus.mkdir(parents=True, exist_ok=True)
    begin = Path(tempfile.mkdtemp(prefix="fuzz-seeds-"))
    for data in first:
        (begin / hashlib.sha1(data).hexdigest()).write_bytes(data)  # noqa: S324  (a name)
    mutate, longest = target.mutate, target.longest

    def made(data: bytes, most: int, seed: int) -> bytes:
        assert mutate is not None
        choice = random.Random(seed)
        if choice.random() < 0.1:
            return bytes(atheris.Mutate(data, min(most, longest)))
        return mutate(data, min(most, longest), choice)[:most]

    arguments = [
        "fuzz",
        f"-atheris_runs={options.inputs}",
        f"-max_total_time={options.seconds}",
        f"-seed={options.seed or 1}",
        f"-max_len={longest}",
        f"-timeout={WAITS_SECONDS}",
        f"-rss_limit_mb={target.memory_mb + 256}",
        f"-artifact_prefix={options.findings}/",
        "-print_final_stats=1",
        "-len_control=0",
        "-keep_seed=1",  # native decoders show no coverage, so no example would look worth keeping
        str(options.corpus),
        str(begin),
    ]
    # At the end Python lets go of signals before libFuzzer lets go of its timer.
    atexit.register(signal.setitimer, signal.ITIMER_REAL, 0)
    hooks: dict[str, Any] = {} if mutate is None else {"custom_mutator": made}
    atheris.Setup(arguments, guard, **hooks)
    try:
        atheris.Fuzz()
    finally:
        guard.write()
    return 0


def _by_chance(target: Target, guard: Guard, first: list[bytes], options: argparse.Namespace) -> int:
    deadline = time.monotonic() + options.seconds if options.seconds else None
    for data in by_chance(target, first, options.inputs, options.seed):
        try:
            guard(data)
        except Exception:
            return _tell(data, options.findings)
        if deadline is not None and time.monotonic() > deadline:
            break
    guard.write()
    return 0


def by_chance(target: Target, first: list[bytes], inputs: int, seed: int) -> Iterator[bytes]:
    """The same inputs for the same seed: each example, then changes of them and of their changes."""
    choice = random.Random(seed)
    mutate = target.mutate or mutate_bytes
    pool = list(first)
    yield from first[:inputs]
    for _ in range(inputs - len(first)):
        data = mutate(choice.choice(pool), target.longest, choice)
        if len(pool) < 5 * len(first) + 50 and choice.random() < 0.2:
            pool.append(data)
        yield data


def _tell(data: bytes, findings: Path) -> int:
    path = findings / f"crash-{hashlib.sha1(data).hexdigest()}"  # noqa: S324  (named as libFuzzer would)
    path.write_bytes(data)
    traceback.print_exc()
    print(f"Test unit written to {path}", file=sys.stderr, flush=True)  # noqa: T201
    return FOUND


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("target")
    parser.add_argument("--engine", choices=["atheris", "chance"], required=True)
    parser.add_argument("--inputs", type=int, required=True)
    parser.add_argument("--seconds", type=int, default=0)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--corpus", type=Path, required=True)
    parser.add_argument("--begin-with", type=Path, action="append", default=[])
    parser.add_argument("--findings", type=Path, required=True)
    parser.add_argument("--progress", type=Path, required=True)
    return parser.parse_args()


if __name__ == "__main__":
    raise SystemExit(main())
