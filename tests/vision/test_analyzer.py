"""The whole stage: one picture in, one observation out, and what happens when a model is missing."""

from __future__ import annotations

import hashlib
import json
import pickle
from dataclasses import replace
from pathlib import Path

import pytest

from proctoring.analysis.config import analyzer_config
from proctoring.observation import Looks, Observation
from proctoring.vision import model_files
from proctoring.vision.analyzer import Analyzer
from proctoring.vision.frame import BadFrame


def test_an_observation_survives_json(analyzer: Analyzer, frame: bytes) -> None:
    seen = analyzer.analyse(frame)
    assert Observation.from_dict(json.loads(json.dumps(seen.as_dict()))) == seen


def test_the_same_picture_gives_the_same_observation(analyzer: Analyzer, frame: bytes) -> None:
    one, other = (replace(analyzer.analyse(frame), timings={}) for _ in range(2))
    assert one == other


def test_every_stage_is_timed_and_names_its_model(analyzer: Analyzer, frame: bytes) -> None:
    seen = analyzer.analyse(frame)
    assert seen.timings.keys() == {"decode", "quality", "fingerprint", "faces", "glance", "mesh", "phone"}
    assert all(milliseconds > 0 for milliseconds in seen.timings.values())
    assert seen.models.keys() == {"faces", "mesh", "phone"}
    config = analyzer_config()
    quantised = model_files.quantised_folder(Path(config.phone_weights))
    looked = quantised / seen.models["phone"].name
    assert seen.models["phone"].sha256 == hashlib.sha256(looked.read_bytes()).hexdigest()


def test_models_that_did_not_look_are_not_named(analyzer: Analyzer, frame: bytes) -> None:
    assert analyzer.analyse(frame, looks=Looks.FAR_FACES).models.keys() == {"faces", "mesh"}


def test_a_bad_frame_is_refused_and_the_next_one_analysed(analyzer: Analyzer, frame: bytes) -> None:
    with pytest.raises(BadFrame):
        analyzer.analyse(frame[:-100], looks=Looks.FAR_FACES)
    assert analyzer.analyse(frame, looks=Looks.FAR_FACES).face_count == 1


def test_the_configuration_is_picklable_and_the_limit_holds(frame: bytes, analyzer: Analyzer) -> None:
    config = analyzer_config()
    assert pickle.loads(pickle.dumps(config)) == config  # noqa: S301 (our own bytes)
    with pytest.raises(BadFrame) as refused:
        analyzer.analyse(frame + bytes(config.max_frame_bytes), looks=Looks.FAR_FACES)
    assert refused.value.code == "too_large"


@pytest.mark.parametrize("content", [None, b"", b"no model at all" * 50])
def test_without_usable_weights_the_phone_detector_is_off_and_says_why(
    tmp_path: Path, frame: bytes, content: bytes | None
) -> None:
    weights = tmp_path / "phone.pt"
    if content is not None:
        weights.write_bytes(content)
    analyzer = Analyzer(replace(analyzer_config(), phone_weights=str(weights), models_dir=str(tmp_path / "models")))
    status = analyzer.detectors["phone"]
    assert not status.ok
    assert status.reason.startswith(str(weights))
    seen = analyzer.analyse(frame)
    assert seen.phones is None
    assert seen.face_count == 1
    assert "phone" not in seen.models


def test_a_damaged_copy_of_the_model_is_named(tmp_path: Path) -> None:
    config = replace(analyzer_config(), models_dir=str(tmp_path), phone_int8=False)
    weights = Path(config.phone_weights)
    good = model_files.phone_model(weights=weights, models_dir=Path(analyzer_config().models_dir))
    (tmp_path / good.name).mkdir()
    for file in good.iterdir():
        (tmp_path / good.name / file.name).write_bytes(file.read_bytes()[:500])
    status = Analyzer(config).detectors["phone"]
    assert not status.ok
    assert str(tmp_path / good.name) in status.reason
