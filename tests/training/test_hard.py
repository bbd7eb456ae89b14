"""What weights take for a phone comes more often, so that it is learned."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import cv2
import numpy as np

from proctoring.analysis.config import analyzer_config
from proctoring.training.augment import Material, Mixture, make
from proctoring.training.hard import with_hard
from proctoring.training.pictures import Image
from tests.data import clip_frames


def grey(level: int) -> Image:
    return np.full((64, 64, 3), level, np.uint8)


def test_pictures_that_the_weights_take_for_a_phone_are_the_hard_ones(material: Material, tmp_path: Path) -> None:
    taken, plain = np.asarray(cv2.imread(str(clip_frames("phone_at_webcam")[10])), np.uint8), grey(90)
    shown = replace(material, people=[plain], others=[plain, taken])
    said: list[str] = []
    found = with_hard(shown, Path(analyzer_config().phone_weights), tmp_path, said.append)
    assert [image is taken for image in found.hard] == [True]
    assert said[0].startswith("1 of 3 pictures without a phone are taken for one")


def test_they_come_more_often(material: Material) -> None:
    shown = replace(material, others=[grey(200)] * 9, hard=[grey(20)])
    only_others = Mixture(people=0, others=1, composite=0, swapped=0)
    dark = [make(shown, 64, 0, index, only_others)[0][24:40, 24:40].mean() < 90 for index in range(200)]
    assert 0.3 < np.mean(dark) < 0.7
    assert not any(make(replace(shown, hard=[]), 64, 0, index, only_others)[0].mean() < 30 for index in range(50))
