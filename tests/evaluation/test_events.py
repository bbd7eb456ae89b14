"""Onset delays, false events and segments worked out by hand, and the shipped labels on one real clip."""

from __future__ import annotations

import base64
import json
from dataclasses import replace
from io import StringIO
from pathlib import Path

import numpy as np
import pytest
from django.core.management import CommandError, call_command

from proctoring.evaluation.events import SETTINGS, report
from proctoring.evaluation.labelled import SHIPPED_LABELS, LabelledClip, Span, open_clips
from proctoring.evaluation.playing import Seen, Setting, judge, play
from proctoring.evaluation.segments import Segment, found_at, segments, truth_of
from proctoring.observation import Eyes, Glance, HeadPose, Observation
from proctoring.risk.policy import LOOKING_AWAY, MULTIPLE_FACES, NO_FACE, PHONE_DETECTED
from tests.data import data_path
from tests.evaluation.scenes import clip, seen

EYE = base64.b64encode(np.arange(38 * 22).astype(np.uint8).tobytes()).decode()  # 38 by 22 pixels of something
EVERY_PICTURE = Setting("every picture", "calibrated", None, 1)


def turning() -> tuple[LabelledClip, list[Observation]]:
    """20 s at 10 pictures a second, turned away from 10 to 15."""
    made = clip(seconds=20.0, intervals=(Span(LOOKING_AWAY, 10.0, 15.0),))
    return made, [seen(yaw=40.0 if 100 <= number < 150 else 0.0) for number in range(200)]


def test_the_onset_delay_is_from_the_label_to_the_event() -> None:
    made, observations = turning()
    events = play(made, observations, EVERY_PICTURE)
    # Held longer than 3 s at the picture of 13.1 s.
    assert [(one.event, round(one.start, 3), round(one.at, 3)) for one in events] == [(LOOKING_AWAY, 10.0, 13.1)]
    ((span, delay),) = judge(made, events).delays
    assert span.start == 10.0
    assert delay == pytest.approx(3.1)


def test_two_pictures_a_second_show_it_half_a_second_later() -> None:
    made, observations = turning()
    calibrated, learned, cold = (play(made, observations, setting) for setting in SETTINGS[:3])
    assert [round(one.at, 3) for one in calibrated] == [13.5]
    assert learned == calibrated
    # 15 s of the clip itself must pass first; the turn is over by then.
    assert cold == []


def test_a_glance_may_miss_what_it_cannot_tell_and_is_said_to_be_one_of_the_speed_ups() -> None:
    """Eyes that turn aside while the glance says that nothing changed: it must not be asked for longer than 2 s."""
    made = clip(seconds=20.0, intervals=(Span(LOOKING_AWAY, 10.0, 15.0),))
    same = Glance(HeadPose(0.0, 0.0, 0.0, "keypoints"), (EYE, EYE))
    observations = [replace(seen(), glance=same) for _ in range(200)]
    aside = replace(seen(), eyes=Eyes(0.65, 0.0, 0.3), glance=same)
    observations[100:150] = [aside] * 50
    usual, measured = SETTINGS[0], SETTINGS[3]
    assert (usual.glances, measured.glances) == (True, False)
    assert [round(one.at, 3) for one in play(made, observations, measured)] == [13.5]
    # Measured at 0, 2, 4 … s, and so at 10 s.
    assert [round(one.at, 3) for one in play(made, observations, usual)] == [13.5]
    observations[90:100] = [aside] * 10
    assert [round(one.at, 3) for one in play(made, observations, measured)] == [12.5]
    assert [round(one.at, 3) for one in play(made, observations, usual)] == [13.5]


def test_an_event_beside_every_label_is_false_and_one_within_an_unsure_time_is_not() -> None:
    events = [Seen(NO_FACE, 1.0, 3.1), Seen(LOOKING_AWAY, 6.0, 9.1)]
    labelled = clip(seconds=20.0, intervals=(Span(LOOKING_AWAY, 5.5, 9.5),))
    assert [one.event for one in judge(labelled, events).false] == [NO_FACE]
    unsure = clip(seconds=20.0, unsure=(Span(NO_FACE, 0.0, 4.0),))
    assert [one.event for one in judge(unsure, events).false] == [LOOKING_AWAY]


def test_an_interval_within_the_rules_limit_need_not_be_an_event() -> None:
    labelled = clip(seconds=20.0, intervals=(Span(LOOKING_AWAY, 5.0, 8.0), Span(LOOKING_AWAY, 12.0, 15.1)))
    assert judge(labelled, []).delays == ((labelled.intervals[1], None),)


def test_honest_seconds_leave_out_what_is_labelled_or_unsure() -> None:
    made = clip(seconds=20.0, intervals=(Span(NO_FACE, 2.0, 5.0),), unsure=(Span(NO_FACE, 4.0, 6.5),))
    assert made.honest_seconds([NO_FACE]) == 15.5
    assert made.honest_seconds([MULTIPLE_FACES]) == 20.0


def test_a_segment_is_what_half_of_it_is_labelled_as() -> None:
    made = clip(seconds=20.0, intervals=(Span(NO_FACE, 5.0, 9.0),), unsure=(Span(NO_FACE, 12.0, 13.0),))
    starts = (0.0, 3.5, 4.0, 8.5, 11.5)
    assert [truth_of(made, NO_FACE, start, start + 2.0) for start in starts] == [False, None, True, None, None]


def test_found_at_a_share_of_false_alarms() -> None:
    made = [Segment("a", 0.0, False, number / 100) for number in range(100)]
    made += [Segment("a", 0.0, True, score) for score in (0.5, 0.972, 0.985, 0.995)]
    assert found_at(made, 0.01) == (2, 4, 1)
    assert found_at(made, 0.02) == (3, 4, 2)
    assert found_at(made, 0.0) == (1, 4, 0)
    # What nothing speaks for is never found, whatever the share.
    assert found_at([Segment("a", 0.0, True, 0.0), Segment("a", 0.0, False, 0.0)], 1.0) == (0, 1, 0)


def test_segments_of_a_turn_are_told_from_the_rest() -> None:
    made, observations = turning()
    found = segments(made, observations, LOOKING_AWAY)
    assert sum(one.positive for one in found) == 11
    assert found_at(found, 0.0)[:2] == (11, 11)


def test_segments_are_found_by_what_the_detector_is_unsure_of_as_well() -> None:
    made = clip(seconds=20.0, intervals=(Span(PHONE_DETECTED, 10.0, 15.0),))
    doubted = [seen(phone=0.3 if 100 <= number < 150 else 0.0) for number in range(200)]
    told = [replace(one, phones=()) for one in doubted]
    figures = report([(made, told)], doubted=[(made, doubted)]).figures
    assert figures["segments"][PHONE_DETECTED]["0.01"]["found"] == 11
    assert figures["settings"][SETTINGS[0].name]["found"]["count"] == 0


def test_people_far_away_are_looked_for_at_times_only_where_that_is_spared() -> None:
    made = clip(seconds=20.0, intervals=(Span(MULTIPLE_FACES, 10.0, 15.0),))
    alone, joined = seen(), seen(faces=2)
    far = replace(joined, faces=(joined.faces[0], replace(joined.faces[1], far=True))) if joined.faces else joined
    observations = [far if 106 <= number < 150 else alone for number in range(200)]
    spared, always = SETTINGS[0], next(one for one in SETTINGS if not one.far_at_times)
    at = [[round(one.start, 1) for one in play(made, observations, setting)] for setting in (spared, always)]
    assert at == [[12.0], [11.0]]


def test_the_report_counts_over_all_plays() -> None:
    made, observations = turning()
    figures = report([(made, observations)]).figures
    usual = figures["settings"][SETTINGS[0].name]
    assert (usual["found"]["count"], usual["found"]["total"]) == (5, 5)
    assert usual["false_events"] == 0
    assert figures["false_events"][LOOKING_AWAY]["honest_seconds"] == 15.0
    # Three events' worth of nothing in a quarter of a minute: 2.996 / (15 / 3600).
    assert figures["false_events"][LOOKING_AWAY]["per_hour_at_most"] == pytest.approx(719.0, abs=0.1)


def test_shipped_labels_fit_the_clips() -> None:
    clips = open_clips(data_path("clips"))
    names = {one.name.split("/")[0] for one in clips}
    assert names == {path.stem for path in SHIPPED_LABELS.glob("*.json")}
    for one in clips:
        assert one.pictures
        for span in (*one.intervals, *one.unsure):
            assert 0 <= span.start < span.end <= one.seconds + 0.01


def test_a_real_clip_with_a_label_of_its_own(tmp_path: Path) -> None:
    short = tmp_path / "people"
    short.mkdir()
    for path in sorted(data_path("clips/two_people").glob("*.jpg"))[::12]:
        (short / path.name).symlink_to(path)
    label = {"event": MULTIPLE_FACES, "start": 0.0, "end": 5.0}
    unsure = {"event": LOOKING_AWAY, "start": 0.0, "end": 5.0}
    text = json.dumps({"clip": "people", "fps": 1.0, "neutral": None, "intervals": [label], "unsure": [unsure]})
    (short / "labels.json").write_text(text)
    out = StringIO()
    call_command("evaluate", "events", tmp_path, json=True, stdout=out, stderr=StringIO())
    usual = json.loads(out.getvalue())["figures"]["settings"][SETTINGS[0].name]
    assert usual["found"]["share"] == 1.0
    assert 2.0 < usual["onset_delay"] <= 3.0
    assert usual["false_events"] == 0


def test_a_label_file_that_is_none_is_said_so(tmp_path: Path) -> None:
    (tmp_path / "clip").mkdir()
    with pytest.raises(CommandError, match="no labelled clip"):
        call_command("evaluate", "events", tmp_path)
    (tmp_path / "clip" / "labels.json").write_text('{"clip": "clip"}')
    with pytest.raises(CommandError, match="is not a label file"):
        call_command("evaluate", "events", tmp_path)
