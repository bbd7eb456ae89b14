"""Chooses, decodes and cuts out what is trained on; the cut-outs are kept on disk, since GrabCut is slow."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterable
from pathlib import Path
from typing import Any

import cv2
import numpy as np

from proctoring.training.augment import Material
from proctoring.training.checks import has_brightened_box
from proctoring.training.cutouts import LONGEST, cut_out
from proctoring.training.exclusions import is_excluded
from proctoring.training.heads import find_heads
from proctoring.training.held import LEAST_SIDE, MOST_HAND, REACH, Held, all_held
from proctoring.training.objects import Rgba
from proctoring.training.pictures import Boxes, Image, Picture, negative_pictures, phone_pictures
from proctoring.training.split import split

PEOPLE = frozenset({"webcam", "webcam_hands", "webcam_reading", "portrait_eyes", "faces"})
# Drawn more often than the others: the one collection in which people hold phones at some distance from a camera, as
# candidates do; in most of the other pictures the phone fills half of the frame.
SHOWN_TIMES = {"seatbelt_cellphone": 3}
CUT_EVERY = 2  # GrabCut takes 40 ms a phone, and half of them are variety enough
Say = Callable[[str], None]


def usable(pictures: Iterable[Picture]) -> list[Picture]:
    """Without those listed in :mod:`~proctoring.training.exclusions`."""
    return [one for one in pictures if not is_excluded(name=one.name, group=one.group)]


def load(data: Path, cache: Path, say: Say) -> Material:
    """Everything trained on, decoded. Raises :class:`~proctoring.training.pictures.DataMissing`, and
    :class:`~proctoring.vision.model_files.ModelUnavailable` without the networks that find faces."""
    cv2.setNumThreads(1)  # its threads would not survive the fork into training processes
    phones, _ = split(usable(phone_pictures(data)))
    negatives, _ = split(usable(negative_pictures(data)))
    say(f"{len(phones)} pictures of phones and {len(negatives)} without; decoding")
    decoded = [(picture.read(), picture.boxes) for picture in phones]
    stepped = {id(image) for image, boxes in decoded if has_brightened_box(image, boxes)}
    phones = [picture for picture, (image, _) in zip(phones, decoded, strict=True) if id(image) not in stepped]
    decoded = [(image, boxes) for image, boxes in decoded if id(image) not in stepped]
    say(f"{len(stepped)} left out whose boxes show in the pixels")
    people = [picture.read() for picture in negatives if picture.source in PEOPLE]
    others = [picture.read() for picture in negatives if picture.source not in PEOPLE]
    cutouts = _cutouts(phones, decoded, cache, say)
    times = [SHOWN_TIMES.get(picture.source, 1) for picture in phones]
    shown = [one for one, count in zip(decoded, times, strict=True) for _ in range(count)]
    hands = _held(phones, decoded, cache, say)
    heads = find_heads(people)
    say(f"{len(heads)} of {len(people)} people at cameras show a face to paste a phone at")
    return Material(phones=shown, cutouts=cutouts, people=people, others=others, held=hands, heads=heads)


def _cutouts(phones: list[Picture], decoded: list[tuple[Image, Boxes]], cache: Path, say: Say) -> list[Rgba]:
    file = _kept(cache, f"cutouts-{LONGEST}-{CUT_EVERY}", phones)
    if not file.exists():
        say("Cutting the phones out, once")
        _keep(file, [cut for image, boxes in decoded[::CUT_EVERY] for cut in cut_out(image, boxes)])
    with np.load(file) as stored:
        return [np.asarray(stored[name], np.uint8) for name in stored.files]


def _held(phones: list[Picture], decoded: list[tuple[Image, Boxes]], cache: Path, say: Say) -> list[Held]:
    file = _kept(cache, f"held-{REACH}-{LEAST_SIDE}-{MOST_HAND}", phones)
    if not file.exists():
        say("Cutting out the phones that hands hold, once")
        found = all_held(decoded)
        _keep(file, [array for one in found for array in (np.dstack([one.part, one.hand, one.phone]), one.box)])
    with np.load(file) as stored:
        arrays = [stored[name] for name in stored.files]
    pairs = zip(arrays[::2], arrays[1::2], strict=True)
    return [
        Held(np.ascontiguousarray(part[..., :3]), part[..., 3].copy(), part[..., 4].copy(), tuple(box.tolist()))
        for part, box in pairs
    ]


def _kept(cache: Path, kind: str, phones: list[Picture]) -> Path:
    """Where what was cut out of these pictures is kept."""
    names = "\n".join(picture.name for picture in phones)
    return cache / f"{kind}-{hashlib.sha256(names.encode()).hexdigest()[:12]}.npz"


def _keep(file: Path, arrays: list[Any]) -> None:
    file.parent.mkdir(parents=True, exist_ok=True)
    scratch = file.with_suffix(".part.npz")
    np.savez(scratch, *arrays)
    scratch.replace(file)
