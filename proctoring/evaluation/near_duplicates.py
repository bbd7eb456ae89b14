"""Pictures that look like one that is trained on: next to it in a video, or the same one saved twice. What is found in
them says little about pictures never seen, so they are not measured."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from proctoring.evaluation.phone_pictures import Labelled
from proctoring.evaluation.progress import Progress
from proctoring.training.checks import fingerprint, likeness, read_small

LIKE = 0.95  # correlation of fingerprints; of a video's pictures, seconds apart, nearly all are more alike


def without_near_duplicates(
    held_out: Sequence[Labelled], trained: Sequence[Labelled], progress: Progress
) -> list[Labelled]:
    """``held_out`` without those that are like one of ``trained``; files that are no pictures stay, to be told of."""
    if not trained:
        return list(held_out)
    read = (read_small(one.path) for one in progress.over(trained, "Compared with pictures trained on"))
    known = [fingerprint(image) for image in read if image is not None]
    if not known:
        return list(held_out)
    stacked = np.stack(known)
    return [one for one in held_out if (image := read_small(one.path)) is None or likeness(image, stacked) <= LIKE]
