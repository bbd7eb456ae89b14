"""Phones in view, as far as the present weights find them."""

from __future__ import annotations

import shutil
from dataclasses import replace
from pathlib import Path

import cv2
import numpy as np
import pytest

from proctoring.analysis.config import analyzer_config
from proctoring.training import model as training
from proctoring.vision import model_files, yolo
from proctoring.vision.config import MAX_FRAME_BYTES
from proctoring.vision.frame import decode
from proctoring.vision.phones import PhoneDetector, phone_classes
from tests.data import clip_frames, data_path
from tests.vision.conftest import See


@pytest.mark.parametrize("number", [0, 4, 10])
def test_a_phone_held_up_is_found_where_it_is(see: See, number: int) -> None:
    path = clip_frames("phone_at_webcam")[number]
    row = (path.parent / "labels.csv").read_text().splitlines()[1 + number].split(",")
    x, y = float(row[2]), float(row[3])
    phones = see(path, phone=True).phones
    assert phones
    assert phones[0].x < x < phones[0].x + phones[0].width
    assert phones[0].y < y < phones[0].y + phones[0].height
    assert 0.4 <= phones[0].score <= 1


@pytest.mark.parametrize(
    ("clip", "every"), [("reading_down", 12), ("head_turns", 12), ("two_people", 12), ("eyes_center_left_center", 25)]
)
def test_no_phone_is_seen_where_there_is_none(see: See, clip: str, every: int) -> None:
    assert all(see(path, phone=True).phones == () for path in clip_frames(clip)[::every])


def test_phones_are_unknown_when_nobody_looked(see: See) -> None:
    assert see(clip_frames("phone_in_hand")[0]).phones is None


def test_what_scores_a_little_less_than_a_phone_is_told_apart() -> None:
    picture = decode(clip_frames("phone_at_webcam")[0].read_bytes(), max_bytes=MAX_FRAME_BYTES)
    [phone] = PhoneDetector(analyzer_config()).detect(picture)
    stricter = replace(analyzer_config(), phone_threshold=phone.score * 1.1)
    assert PhoneDetector(stricter).look(picture) == ((), (phone,))
    stricter = replace(analyzer_config(), phone_threshold=min(1.0, phone.score * 1.25))
    assert PhoneDetector(stricter).look(picture) == ((), ())


@pytest.mark.parametrize(
    ("names", "classes"),
    [
        ({0: "item"}, [0]),
        ({0: "person", 67: "cell phone", 73: "book"}, [67]),
        ({0: "Mobile_Phone", 1: "cup", 2: "smartphone"}, [0, 2]),
        ({0: "cup", 1: "book"}, []),
    ],
)
def test_the_class_that_means_a_phone_is_chosen_by_its_name(names: dict[int, str], classes: list[int]) -> None:
    assert phone_classes(names) == classes


@pytest.mark.parametrize(
    ("picture", "shape"),
    [
        ((480, 640), (288, 384)),
        ((360, 640), (224, 384)),  # 16 to 9
        ((400, 640), (288, 384)),  # 16 to 10: as large as in the square, which has more grey
        ((640, 640), (384, 384)),
        ((640, 480), (384, 288)),
        ((640, 360), (384, 224)),
        ((100, 640), (224, 384)),
        ((1, 1), (384, 384)),
    ],
)
def test_a_picture_is_shown_in_the_shape_that_wastes_least(picture: yolo.Shape, shape: yolo.Shape) -> None:
    assert yolo.shape_for(picture, 384) == shape


@pytest.mark.parametrize("head", ["one box a thing", "many"])
def test_the_model_asked_directly_sees_what_it_sees_through_ultralytics(head: str, tmp_path: Path) -> None:
    weights = data_path("../models/phone-v0/phone-v0.pt")  # has both heads, and exported is that for one
    if head == "many":
        model = training.build(seed=0)
        training.adopt(model, weights)
        weights = tmp_path / "many.pt"
        training.write_weights(model, weights, {"size": 320})
    size = analyzer_config().phone_size
    folder = model_files.phone_model(weights=weights, models_dir=tmp_path)
    direct = yolo.load(folder, size, threshold=0.001)
    through = yolo.ThroughUltralytics(folder, size, threshold=0.001)
    assert isinstance(direct, yolo.Direct)
    assert direct.names == through.names
    picture = cv2.cvtColor(cv2.imread(str(clip_frames("phone_at_webcam")[10])), cv2.COLOR_BGR2RGB).astype(np.uint8)
    shapes = (picture, picture[:, 160:480], picture[100:300], picture)  # as it is, upright, flat, and once more
    found = [direct.look(shown) for shown in shapes]
    assert sum(map(len, found)) >= len(shapes)
    for shown, boxes in zip(shapes, found, strict=True):
        np.testing.assert_allclose(boxes, through.look(shown), atol=0.01)


def test_the_copy_in_eight_bits_looks_unless_full_precision_is_asked_for() -> None:
    config = analyzer_config()
    weights = Path(config.phone_weights)
    fast, exact = PhoneDetector(config), PhoneDetector(replace(config, phone_int8=False))
    assert fast.model.name == f"{weights.stem}-int8.bin"
    assert exact.model == model_files.reference(weights)
    picture = cv2.cvtColor(cv2.imread(str(clip_frames("phone_at_webcam")[10])), cv2.COLOR_BGR2RGB).astype(np.uint8)
    [one], [other] = fast.detect(picture), exact.detect(picture)
    assert one != other
    assert one.overlap(other) > 0.9
    assert abs(one.score - other.score) < 0.1


def test_a_copy_in_eight_bits_never_stands_for_other_weights(tmp_path: Path) -> None:
    config = analyzer_config()
    weights = tmp_path / Path(config.phone_weights).name
    copy = model_files.quantised_folder(Path(config.phone_weights))
    shutil.copytree(copy, tmp_path / copy.name)
    shutil.copyfile(config.phone_weights, weights)
    assert model_files.quantised_folder(weights).is_dir()
    weights.write_bytes(b"other weights")
    assert not model_files.quantised_folder(weights).is_dir()
