"""The training loop: one process a core (or one for a GPU), gradients averaged, a checkpoint every so often."""

from __future__ import annotations

import os
import signal
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path
from typing import Any

import torch
import torch.distributed as dist
from torch.multiprocessing.spawn import start_processes

from proctoring.training import model as network
from proctoring.training.augment import Material
from proctoring.training.recipe import Recipe
from proctoring.training.state import State, fresh, step
from proctoring.training.supply import batches

Say = Callable[[str], None]
LONGEST_WAIT = timedelta(hours=12)  # a run stopped for a while and continued is no failed one
TELL_EVERY = 20  # steps
CHECKPOINT, WEIGHTS = "last.ckpt", "last.pt"


@dataclass(frozen=True)
class Run:
    """Where and how a recipe is carried out; none of it changes what is learnt, but for rounding."""

    folder: Path
    processes: int = 1
    device: str = "cpu"
    makers: int = 0
    keep_every: int = 100
    start: Path | None = None


def train(recipe: Recipe, material: Material, run: Run, say: Say, *, until: int | None = None) -> None:
    """Trains until so many pictures are seen, or to the recipe's end, from the folder's checkpoint if it holds one.

    Writes ``last.ckpt``, to go on from, and ``last.pt``, to use. SIGTERM and SIGINT end it after the step it is at.
    Raises ValueError when the batch cannot be shared among the processes.
    """
    until = min(recipe.total, until or recipe.total)
    if recipe.batch % run.processes:
        raise ValueError(f"A batch of {recipe.batch} cannot be shared among {run.processes} processes.")
    run.folder.mkdir(parents=True, exist_ok=True)
    if run.processes == 1:
        _work(0, recipe, material, run, until, say)
        return
    meeting = run.folder / f".meeting-{os.getpid()}"
    # Forked, so that the decoded pictures are shared and not copied.
    context: Any = start_processes(  # type: ignore[no-untyped-call]
        _meet, (str(meeting), recipe, material, run, until, say), run.processes, join=False, start_method="fork"
    )
    try:
        with _told(lambda received: _end(context.pids())):
            while not context.join():
                pass
    finally:
        meeting.unlink(missing_ok=True)


def seen_in(folder: Path) -> int:
    """How many pictures the run in ``folder`` has seen, by its checkpoint."""
    if not (folder / CHECKPOINT).exists():
        return 0
    seen: int = torch.load(folder / CHECKPOINT, map_location="cpu", weights_only=True)["seen"]
    return seen


def _end(processes: list[int]) -> None:
    for process in processes:
        with suppress(ProcessLookupError):  # it has ended by itself
            os.kill(process, signal.SIGTERM)


def _meet(rank: int, meeting: str, recipe: Recipe, material: Material, run: Run, until: int, say: Say) -> None:
    os.environ.setdefault("GLOO_SOCKET_IFNAME", "lo")
    dist.init_process_group("gloo", f"file://{meeting}", LONGEST_WAIT, run.processes, rank)
    _work(rank, recipe, material, run, until, say)
    dist.destroy_process_group()


@contextmanager
def _told(what: Callable[[int], object]) -> Iterator[None]:
    """Calls ``what`` with a signal that asks for an end, while inside; afterwards they mean what they meant before."""
    before = {number: signal.getsignal(number) for number in (signal.SIGTERM, signal.SIGINT)}
    for number in before:
        signal.signal(number, lambda received, frame: what(received))
    try:
        yield
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)


def _work(rank: int, recipe: Recipe, material: Material, run: Run, until: int, say: Say) -> None:
    stop: list[int] = []
    with _told(stop.append):
        _learn(rank, recipe, material, run, until, say, stop)


def _learn(rank: int, recipe: Recipe, material: Material, run: Run, until: int, say: Say, stop: list[int]) -> None:
    torch.set_num_threads(1)  # the processes are the parallelism: threads that wait for each other are slower
    state = fresh(recipe, run.device, run.start)
    if (run.folder / CHECKPOINT).exists():
        state.load(run.folder / CHECKPOINT)
    losses: list[float] = []
    began, first = time.monotonic(), state.seen
    supply = batches(material, recipe, state.seen, until=until, rank=rank, ranks=run.processes, makers=run.makers)
    for pictures in supply:
        losses.append(step(state, pictures, recipe, ranks=run.processes))
        if rank == 0 and state.steps % TELL_EVERY == 0:
            speed = (state.seen - first) / (time.monotonic() - began)
            say(_line(state, recipe, losses[-TELL_EVERY:], speed))
        if rank == 0 and state.steps % run.keep_every == 0:
            keep(state, recipe, run)
        if _anyone(bool(stop), run.processes):
            break
    if rank == 0:
        keep(state, recipe, run)
        say(f"{state.seen} pictures seen; weights in {run.folder / WEIGHTS}")


def _line(state: State, recipe: Recipe, losses: list[float], speed: float) -> str:
    return (
        f"{state.seen} of {recipe.total} at {recipe.size_at(state.seen)} px, loss {sum(losses) / len(losses):.3f}, "
        f"rate {recipe.rate_at(state.seen):.5f}, {speed:.1f} pictures/s, "
        f"{(recipe.total - state.seen) / max(speed, 1e-6) / 60:.0f} min left"
    )


def _anyone(stop: bool, processes: int) -> bool:
    """Whether any process was asked to stop; all must leave after the same step."""
    if processes == 1:
        return stop
    flag = torch.tensor([float(stop)])
    dist.all_reduce(flag)
    return bool(flag.item())


def keep(state: State, recipe: Recipe, run: Run) -> None:
    """Writes the checkpoint to go on from and the averaged weights to use, which say what they were made from."""
    state.save(run.folder / CHECKPOINT)
    origin = run.start.name if run.start else "architecture alone"
    network.write_weights(state.average, run.folder / WEIGHTS, recipe.as_dict() | {"seen": state.seen, "start": origin})
