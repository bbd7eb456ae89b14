"""What weights take for a phone comes more often, so that it is learned."""

from __future__ import annotations

import math
from dataclasses import replace
from pathlib import Path

import cv2
import numpy as np

from proctoring.analysis.config import analyzer_config
from proctoring.training.augment import Material, Mixture, make
from proctoring.training.hard import HARD_SCORE, LONGEST, LOOK_ALIKES, MADE_SEED, Listing, listed, with_hard
from proctoring.training.pictures import Image
from proctoring.vision.phones import PhoneDetector
from tests.data import clip_frames


def grey(level: int) -> Image:
    return np.full((64, 64, 3), level, np.uint8)


WEIGHTS = Path(analyzer_config().phone_weights)


def silent(sentence: str) -> None:
    pass


def test_pictures_that_the_weights_take_for_a_phone_are_the_hard_ones_and_the_surer_the_oftener(
    material: Material, tmp_path: Path
) -> None:
    plain, *taken = (
        grey(90),
        *(np.asarray(cv2.imread(str(clip_frames("phone_at_webcam")[n])), np.uint8) for n in (10, 14)),
    )
    said: list[str] = []
    shown = replace(material, people=[plain], others=[plain, *taken])
    found = with_hard(shown, [listed(shown, WEIGHTS, tmp_path, said.append, made=0)], said.append)
    assert said[0].startswith("2 pictures without a phone are taken for one by phone-")
    config = replace(analyzer_config(), models_dir=str(tmp_path), phone_int8=False, phone_threshold=HARD_SCORE)
    detector = PhoneDetector(config)
    surest = [max(one.score for one in detector.detect(np.ascontiguousarray(frame[..., ::-1]))) for frame in taken]
    counts = [sum(image is frame for image in found.hard) for frame in taken]
    assert counts == [math.floor(10 * score) for score in surest]
    assert counts[0] != counts[1]
    assert len(found.hard) == sum(counts)


def test_so_are_made_pictures_in_which_only_a_look_alike_is_taken_for_a_phone(
    material: Material, tmp_path: Path
) -> None:
    somebody = np.asarray(cv2.imread(str(clip_frames("head_turns")[0])), np.uint8)
    shown = replace(material, people=[somebody], others=[grey(90)])
    found = with_hard(shown, [listed(shown, WEIGHTS, tmp_path, silent, made=60)], silent)
    pictures = (make(shown, LONGEST, MADE_SEED, index, LOOK_ALIKES) for index in range(60))
    without = {image.tobytes() for image, boxes in pictures if not len(boxes)}
    drawn = [image for image in found.hard if image is not somebody]
    assert 0 < len(drawn) < len(without)
    assert {image.tobytes() for image in drawn} < without


def test_what_any_weights_mistook_stays_listed_with_the_surest_of_their_scores(material: Material) -> None:
    shown = replace(material, people=[grey(10)], others=[grey(20), grey(30)])
    said: list[str] = []
    found = with_hard(shown, [Listing([0, 3, 1], [0, 1]), Listing([2, 1, 0], [0, 0])], said.append)
    levels = [int(image[0, 0, 0]) for image in found.hard[:6]]
    assert levels == [10, 10, 20, 20, 20, 30]
    assert len(found.hard) == 7
    assert said == [
        "3 pictures without a phone and 1 made with a look-alike were ever taken for a phone; they come more often"
    ]


def test_weights_that_have_looked_once_do_not_look_again(material: Material, tmp_path: Path) -> None:
    shown = replace(material, people=[grey(90)], others=[grey(20)])
    said: list[str] = []
    first = listed(shown, WEIGHTS, tmp_path, said.append, made=2)
    assert listed(shown, WEIGHTS, tmp_path, said.append, made=2) == first
    assert len(said) == 2


def test_they_come_more_often(material: Material) -> None:
    shown = replace(material, others=[grey(200)] * 9, hard=[grey(20)])
    only_others = Mixture(people=0, others=1, composite=0, swapped=0)
    dark = [make(shown, 64, 0, index, only_others)[0][24:40, 24:40].mean() < 90 for index in range(200)]
    assert 0.3 < np.mean(dark) < 0.7
    assert not any(make(replace(shown, hard=[]), 64, 0, index, only_others)[0].mean() < 30 for index in range(50))
