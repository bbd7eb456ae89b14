"""Faces found behind drawn glasses, caps and masks, against the light and in the dark."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from proctoring.evaluation.disguises import DISGUISES
from proctoring.evaluation.looking import MAX_BYTES, Looker
from proctoring.evaluation.progress import Progress
from proctoring.evaluation.report import Report, Table
from proctoring.evaluation.statistics import Share
from proctoring.replay.clips import encode
from proctoring.risk.conditions import read
from proctoring.risk.policy import NO_FACE, Policy
from proctoring.vision.face_mesh import FaceMesh
from proctoring.vision.faces import FaceDetector
from proctoring.vision.frame import decode

SMALLEST_GROUP = 20


def disguised_report(pictures: Sequence[tuple[Path, str]], looker: Looker, progress: Progress) -> Report:
    """``pictures`` with the group that each belongs to. Only faces found as they are count, so each figure is what the
    disguise itself costs."""
    counts: dict[str, dict[str, list[bool]]] = {name: defaultdict(list) for name in DISGUISES}
    absent: dict[str, list[bool]] = defaultdict(list)
    faces = FaceDetector()
    mesh = FaceMesh(faces)
    for path, group in progress.over(pictures, "Glasses, caps, masks, light"):
        picture = decode(path.read_bytes(), max_bytes=MAX_BYTES)
        found = faces.detect(picture)
        points = mesh.landmarks(picture, found[0], alone=len(found) == 1) if found else None
        if points is None:
            continue
        for name, disguise in DISGUISES.items():
            seen = looker.look_at(encode(disguise(picture, points)[..., ::-1]))
            reading = read(seen, neutral=None, policy=Policy(), seconds_since_turned=None)
            counts[name][group].append(bool(seen.faces))
            absent[name].append(reading.conditions[NO_FACE] is True)
    figures: dict[str, Any] = {}
    rows = []
    for name, groups in counts.items():
        every = [found for members in groups.values() for found in members]
        share, gone = Share(sum(every), len(every)), Share(sum(absent[name]), len(every))
        by_group = {group: Share(sum(members), len(members)) for group, members in sorted(groups.items())}
        compared = {group: one for group, one in by_group.items() if one.total >= SMALLEST_GROUP}
        worst = min(compared.items(), key=lambda item: item[1].value, default=None)
        figures[name] = {
            "found": share.as_dict(),
            "absent": gone.as_dict(),
            "by_group": {group: one.as_dict() for group, one in by_group.items()},
        }
        lowest = "–" if worst is None else f"{worst[0].replace('_', ' ')} {worst[1]}"
        rows.append((name, share.total, str(share), share.span, str(gone), lowest))
    table = Table(
        "Glasses, caps, masks, backlight and darkness",
        ("drawn onto the face", "faces", "still found", "95 % interval", "counted as absent", "lowest group"),
        tuple(rows),
        note="Of faces found as they are. Drawn onto the pictures, not filmed: real ones differ.",
    )
    return Report("disguises", table.title, {"disguises": figures}, (table,))
