"""`make fuzz`: a million inputs, each target in a process of its own; ends with 1 when any of them found something.

    make fuzz                                          a million inputs, shared out as the targets say
    make fuzz FUZZ="--only jpeg,api --inputs 50000"    so many for these two together
    make fuzz FUZZ="--replay var/fuzz/findings/jpeg/crash-…"   what one kept input does

What was found reached new code and is kept in ``--corpus`` (later runs go on from there); inputs that no target could
take are kept in ``--findings``, to be moved to ``tests/fuzz/findings/TARGET`` together with the fix.
"""

from __future__ import annotations

import argparse
import sys
from importlib.util import find_spec
from pathlib import Path

from tests.fuzz import described, report, runs, sockets
from tests.fuzz.target import NAMES, load

FOLDER = Path("var") / "fuzz"
ALSO = {"described": described.run, "sockets": sockets.run}
MILLION = 1_000_000


def main() -> int:
    options = _options()
    if options.replay is not None:
        return _replay(options.replay, options.only)
    names = options.only.split(",") if options.only else [*NAMES, *ALSO]
    if unknown := [name for name in names if name not in (*NAMES, *ALSO)]:
        known = ", ".join((*NAMES, *ALSO))
        print(f"There is no target “{unknown[0]}”. The targets are: {known}.", file=sys.stderr)  # noqa: T201
        return 2
    engine = "chance" if options.blind or find_spec("atheris") is None else "atheris"
    print(report.HEADING.format(engine), report.columns(), sep="\n", flush=True)  # noqa: T201
    done = []
    for name, inputs in _shares(names, options.inputs).items():
        place = runs.Place(options.corpus / name, options.findings / name, inputs, options.seed, options.minutes)
        one = ALSO[name](place) if name in ALSO else runs.run(name, place, engine)
        print(report.row(one), flush=True)  # noqa: T201
        done.append(one)
    print(report.summary(done), flush=True)  # noqa: T201
    return int(any(one.findings or one.fault for one in done))


def _shares(names: list[str], inputs: int | None) -> dict[str, int]:
    """As each target has them of a million, or in that proportion."""
    given = {name: runs.SHARES[name] for name in names}
    if inputs is None:
        return given
    whole = sum(given.values())
    return {name: max(1, inputs * share // whole) for name, share in given.items()}


def _replay(path: Path, only: str) -> int:
    name = only or path.resolve().parent.name
    if name == "sockets":
        print(f"sockets: {sockets.replay(path)} answers, and no error in the log.")  # noqa: T201
        return 0
    if name not in NAMES:
        print(f"Name the target of {path} with --only: {', '.join(NAMES)}.", file=sys.stderr)  # noqa: T201
        return 2
    target = load(name)
    take = target.start()
    target.seeds()
    taken = take(path.read_bytes())
    print(f"{name}: {'taken' if taken else 'refused'}, as it should be.")  # noqa: T201
    return 0


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(
        prog="make fuzz", description="Inputs nobody meant to send, by the hundred thousand."
    )
    parser.add_argument("--only", default="", help="targets, separated by commas")
    parser.add_argument("--inputs", type=int, help="in all, shared out among the targets; a million without it")
    parser.add_argument("--seed", type=int, default=1, help="another one gives other inputs")
    parser.add_argument("--minutes", type=float, default=0.0, help="the longest each target may take")
    parser.add_argument("--corpus", type=Path, default=FOLDER / "corpus", help="inputs worth beginning with")
    parser.add_argument("--findings", type=Path, default=FOLDER / "findings", help="where what was found goes")
    parser.add_argument("--blind", action="store_true", help="without atheris, even where it is installed")
    parser.add_argument("--replay", type=Path, help="one kept input, with its traceback")
    return parser.parse_args()


if __name__ == "__main__":
    raise SystemExit(main())
