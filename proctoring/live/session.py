"""One connected session: its engine, its clock, and what is still to be written. Knows neither sockets nor database."""

from __future__ import annotations

import time
from collections import Counter, deque
from collections.abc import Iterable, Mapping
from dataclasses import asdict, dataclass, replace
from datetime import datetime, timezone
from typing import Any
from uuid import UUID

from proctoring.live import ledger
from proctoring.live.camera import CameraInUse
from proctoring.live.clock import FrameClock, ReplayClock
from proctoring.live.gaps import Gaps
from proctoring.live.pace import Pace
from proctoring.live.repetition import Repetition
from proctoring.observation import Looks, Measured, Observation
from proctoring.risk.at_rest import ENTRIES, NOTHING, AtRest, Resting, counted
from proctoring.risk.calibration import Calibration, resting
from proctoring.risk.engine import Engine
from proctoring.risk.events import EventDraft, Step
from proctoring.risk.policy import CALIBRATION_FRAMES_PER_SECOND, CHECK_FRAMES_PER_SECOND, PHONE_DETECTED
from proctoring.services import AttemptTime, Commit, Connection, Drafted, PendingSignal

CHECK_PHONE_EVERY = 5
CHECK_PICTURES = 30  # of a quarter of a minute
SAVE_SECONDS = 5.0
PICTURE_FOR_SIGNAL_SECONDS = 2.0  # a signal's event gets the newest frame when that is no older
FPS_SECONDS = 10.0
FPS_FRAMES = 4
FPS_MOST = 64  # frames: more than come in ten seconds, at five a second. Nobody may look for hours


@dataclass(frozen=True, slots=True)
class Looked:
    """The newest analysed frame. ``time``: Unix seconds on the server's clock. ``at_rest``: what of the picture does
    not count."""

    time: float
    sequence: int
    jpeg: bytes
    observation: Observation
    at_rest: Resting = NOTHING


class LiveSession:
    """Everything happens on one event loop, so nothing here is locked."""

    def __init__(self, connection: Connection) -> None:
        self.connection = connection
        self.id: UUID = connection.session_id
        self.state = connection.state
        self.deadline = connection.deadline
        self.breaks = None if connection.time is None else connection.time.breaks
        self.calibration = Calibration.from_dict(connection.calibration) if connection.calibration else None
        self.engine: Engine | None = None
        self.started_at = 0.0
        self.camera_on = connection.camera_on
        self.calibrating = False
        self.last_sequence = connection.last_sequence
        self.risk = (connection.risk_temporary, connection.risk_permanent, connection.risk_total)
        self.step: Step | None = None
        self.looked: Looked | None = None
        self.detectors_off = dict(connection.detectors_off)
        last = connection.last_frame_at.timestamp() if connection.last_frame_at else 0.0
        self.clock: FrameClock | ReplayClock = ReplayClock(last) if connection.kind == "replay" else FrameClock(last)
        self.gaps = Gaps(connection.policy.tolerance())
        self.pace = Pace(self)
        self.repetition = Repetition()
        self.camera = CameraInUse(connection.camera)
        self._frames_seen = 0
        self._checked: deque[Observation] = deque(maxlen=CHECK_PICTURES)
        self._measured: Measured | None = None
        self._last_frame = last
        self._looked_at: deque[float] = deque(maxlen=FPS_MOST)
        self._saved_at = time.monotonic()
        self._drafts: list[Drafted] = []
        self._samples: list[tuple[int, int]] = []
        self._sampled_ms = connection.last_sample_ms
        self._counters: Counter[str] = Counter()
        self._applied: list[UUID] = []
        self._new_detectors_off: dict[str, str] = {}
        self._again = False  # something of the next commit was tried before
        self._taken_back: tuple[str, ...] = ()  # the keys of the commits it came from

    @property
    def watching(self) -> bool:
        return self.engine is not None

    @property
    def break_ends(self) -> float | None:
        """Unix seconds, when the candidate's break is used up; None while they are on none."""
        taken = None if self.breaks is None else self.breaks.open
        return None if taken is None else taken.ends_by.timestamp()

    @property
    def on_break(self) -> bool:
        return self.break_ends is not None

    @property
    def risk_total(self) -> int:
        return self.risk[2]

    @property
    def risk_changed_at(self) -> float:
        """Unix seconds; never earlier than the change before, though a signal may tell of something earlier."""
        return self._sampled_ms / 1000

    @property
    def camera_warnings(self) -> tuple[str, ...]:
        """What is wrong with the camera itself, as codes for both sides' pages."""
        return self.repetition.warnings

    @property
    def frame_interval(self) -> float:
        """Seconds from one frame to the next, as the exam or the check before it wants them."""
        if self.calibrating:
            return 1 / CALIBRATION_FRAMES_PER_SECOND
        return 1 / (self.connection.policy.frames_per_second if self.watching else CHECK_FRAMES_PER_SECOND)

    def wants(self, at: float) -> Looks:
        """What of the costly to look for in a frame taken at ``at`` (Unix seconds)."""
        if self.engine is not None:
            return self.engine.wants(at, asked=self.pace.asked_seconds)
        counts = self.connection.policy.rule(PHONE_DETECTED) is not None
        return Looks.ALL if counts and self._frames_seen % CHECK_PHONE_EVERY == 0 else Looks.FAR_FACES

    def known(self, at: float) -> Measured | None:
        """What was last measured of head and eyes, if it may stand in a frame taken at ``at`` (Unix seconds)."""
        may_stand = self.engine is not None and self.engine.pose_may_stand(at)
        return self._measured if may_stand else None

    @property
    def frames_per_second(self) -> float:
        """Frames analysed a second, over the last ten, or longer where few are asked for."""
        slowed_to = self.pace.slowed_to
        oldest = time.monotonic() - max(FPS_SECONDS, FPS_FRAMES / slowed_to if slowed_to else 0.0)
        while self._looked_at and self._looked_at[0] < oldest:
            self._looked_at.popleft()
        if len(self._looked_at) < 2:
            return 0.0
        return round((len(self._looked_at) - 1) / (self._looked_at[-1] - self._looked_at[0] or 1.0), 2)

    def watch(self, *, now: float, started_at: datetime | None) -> None:
        """Begin to watch, or go on where the session stopped. ``now``: Unix seconds."""
        resumed, self.state = self.state == "live", "live"
        self.started_at = started_at.timestamp() if started_at else 0.0
        state, policy = self.connection.engine_state, self.connection.policy
        standing = resting(self._checked) if self.calibration is None else NOTHING
        self._checked.clear()
        if state is None:
            self.engine = Engine(policy, self.calibration, standing=standing)
        else:
            self.engine = Engine.restore(policy, state)
        if self.connection.time is not None:
            self._pause(self.connection.time)
        self._expect_pictures(now)
        self.note_camera(now=now)
        if not resumed:
            for entry in ledger.at_rest(standing, policy, calibrating=False):
                self.record(entry, now=now, looked=self.looked)
            if policy.accommodated:
                self.record(ledger.accommodation(policy.muted, policy.eased), now=now)
            return
        if self._last_frame:
            # A server that was killed saw no disconnection: then the gap began at the last frame it saved.
            self.engine.connection_lost(self._last_frame)
        self._take(self.engine.connection_restored(now), now)

    def follow(self, attempt: AttemptTime, *, now: float) -> None:
        """Go by how the attempt's time stands now."""
        was_on_break = self.on_break
        self.deadline, self.breaks = attempt.deadline, attempt.breaks
        self._pause(attempt)
        if self.on_break:
            self.gaps.pause()
            self.repetition = Repetition()
            self.looked = None
        elif was_on_break:
            self._expect_pictures(now)

    def observed(self, observation: Observation, *, jpeg: bytes, sequence: int, at: float) -> Step | None:
        """The verdict of one frame taken at ``at`` (Unix seconds); None while watching has not begun."""
        self._frames_seen += 1
        self._looked_at.append(time.monotonic())
        same = self.looked is not None and self.looked.jpeg == jpeg
        self.looked = Looked(at, sequence, jpeg, observation)
        self._last_frame = at
        self.camera_on = True
        if observation.pose is None or observation.pose.source != "stands":
            self._measured = observation.measured
        self.count("analysed")
        if self.engine is None:
            self._checked.append(observation)
            if self.calibration is not None:  # what it left out is warned of no more
                at_rest = AtRest(self.calibration.resting)
                at_rest.look(observation)
                self.looked = replace(self.looked, at_rest=at_rest.seen)
            return None
        asked = self.pace.asked_seconds
        again = self.repetition.picture(at, observation, identical=same, asked=asked)
        for entry in (*self.gaps.picture(at), *again):
            self.record(entry, now=at)
        self.note_camera(now=at)
        late = self.engine.late_frames
        step = self.engine.observe(at, observation, asked=asked)
        if self.engine.followed.found:
            phones = (*(observation.phones or ()), *self.engine.followed.found)
            self.looked = replace(self.looked, observation=replace(observation, phones=phones))
        self.looked = replace(self.looked, at_rest=self.engine.at_rest)
        if self.engine.late_frames > late:
            self.count("late")
        return self._take(step, at, self.looked)

    def not_analysed(self, *, at: float) -> Step | None:
        """A frame taken at ``at`` that nobody could judge."""
        self._last_frame = max(self._last_frame, at)
        if self.engine is None:
            return None
        for entry in self.gaps.picture(at):
            self.record(entry, now=at)
        return self._take(self.engine.not_analysed(at), at)

    def apply(self, signals: Iterable[PendingSignal]) -> Step | None:
        """Browser signals in the order they happened; those from before watching began change nothing."""
        step = None
        for signal in signals:
            if signal.kind in ("camera_stopped", "camera_started"):
                self.camera_on = signal.kind == "camera_started"
                if self.engine is not None:
                    self._expect_pictures(time.time())
            if self.engine is not None and signal.time >= self.started_at:
                looked = self.looked
                near = looked is not None and abs(looked.time - signal.time) <= PICTURE_FOR_SIGNAL_SECONDS
                step = self._take(self.engine.signal(signal.time, signal.kind), signal.time, looked if near else None)
            self._applied.append(signal.client_id)
        return step

    def lost(self, now: float) -> None:
        """The connection is gone."""
        if self.engine is not None:
            self.engine.connection_lost(max(now, self._last_frame))

    def count(self, name: str, number: int = 1) -> None:
        self._counters[name] += number

    def record(self, entry: ledger.Entry, *, now: float, looked: Looked | None = None) -> None:
        """An entry that never scores. ``now``: Unix seconds; ``looked``: the frame it is about."""
        if self.engine is None:
            self._drafts.append(self._drafted(entry.before_watching(time=now, risk_total=self.risk_total), looked))
        else:
            step = self.engine.note(now, entry.name, entry.sentence, ledger=entry.ledger, detail=entry.detail)
            self._take(step, now, looked)

    def note_camera(self, *, now: float) -> None:
        """Record which camera is in use, where that has not been said yet and watching has begun."""
        if self.engine is not None:
            for entry in self.camera.due(now):
                self.record(entry, now=now)

    def note_detectors_off(self, off: Mapping[str, str], *, now: float) -> None:
        """Record each detector that does not run, once a session."""
        for name, reason in off.items():
            if name in self.detectors_off:
                continue
            self.detectors_off[name] = self._new_detectors_off[name] = reason
            self.record(ledger.detector_off(name, reason), now=now)

    @property
    def has_events(self) -> bool:
        """There is something to write now. What could not be written just now waits: else every picture would try."""
        return bool(self._drafts or self._applied) and (self.save_is_due or not self._again)

    @property
    def save_is_due(self) -> bool:
        return time.monotonic() - self._saved_at >= SAVE_SECONDS

    def commit(self, *, connected: bool | None = None) -> Commit:
        """Everything not yet written, and the state as it is now; from here on it counts as written."""
        temporary, permanent, total = self.risk
        wanted = Commit(
            session_id=self.id,
            epoch=self.connection.epoch,
            drafts=self._drafts,
            samples=self._samples,
            engine_state=None if self.engine is None else self.engine.state(),
            risk_temporary=temporary,
            risk_permanent=permanent,
            risk_total=total,
            counters=dict(self._counters),
            detectors_off=self._new_detectors_off,
            last_frame_at=datetime.fromtimestamp(self._last_frame, timezone.utc) if self._last_frame else None,
            last_sequence=self.last_sequence,
            applied_signal_ids=self._applied,
            connected=connected,
            camera=None if self.camera.recorded is None else self.camera.recorded.as_dict(),
            again=self._again,
            takes_up=self._taken_back,
        )
        self._again, self._taken_back = False, ()
        self._drafts, self._samples, self._applied = [], [], []
        self._counters, self._new_detectors_off = Counter(), {}
        self._saved_at = time.monotonic()
        return wanted

    def take_back(self, unwritten: Commit) -> None:
        """A commit that could not be written, as far as is known: what it held goes into the next."""
        self._again = True
        self._taken_back = (*self._taken_back, *unwritten.takes_up, unwritten.key)
        self._drafts = [*unwritten.drafts, *self._drafts]
        self._samples = [*unwritten.samples, *self._samples]
        self._applied = [*unwritten.applied_signal_ids, *self._applied]
        self._counters.update(unwritten.counters)
        self._new_detectors_off = {**unwritten.detectors_off, **self._new_detectors_off}

    def _expect_pictures(self, now: float) -> None:
        """From now on, unless there is a reason for none."""
        self.repetition = Repetition()
        self.pace.interrupt()
        self.gaps.begin(now) if self.camera_on and not self.on_break else self.gaps.pause()

    def _pause(self, attempt: AttemptTime) -> None:
        if self.engine is not None:
            for start, end in attempt.pauses:
                self.engine.pause(start, end)

    def _take(self, step: Step, at: float, looked: Looked | None = None) -> Step:
        before = self.risk_total
        self.step = step
        self.risk = (step.risk_temporary, step.risk_permanent, step.risk_total)
        if step.risk_total != before:
            self._sampled_ms = max(self._sampled_ms, round(at * 1000))
            self._samples.append((self._sampled_ms, step.risk_total))
        for draft in step.events:
            if draft.ledger == "integrity":
                self.pace.scored_at = max(self.pace.scored_at, draft.time)
            self._drafts.append(self._drafted(draft, looked))
        return step

    def _drafted(self, draft: EventDraft, looked: Looked | None) -> Drafted:
        shows = draft.ledger == "integrity" or draft.name in ENTRIES
        if looked is None or not shows or not self.connection.policy.keep_snapshots:
            return Drafted(draft)
        return Drafted(draft, looked.jpeg, boxes(looked))


def shown(looked: Looked) -> dict[str, Any]:
    """As plain values: what counts of the faces and phones, and what only stands where it stood before."""
    of = counted(looked.observation, looked.at_rest).as_dict()
    at_rest = asdict(looked.at_rest)
    nobody = len(looked.at_rest.faces) == looked.observation.face_count
    for face in (*(of["faces"] or ()), *at_rest["faces"]):
        del face["patch"]  # no page draws it, and no entry keeps it
    return {
        "faces": [] if nobody else of["faces"],
        "faces_at_rest": list(at_rest["faces"]),
        "phones": of["phones"],
        "phones_at_rest": list(at_rest["phones"]),
        "pose": of["pose"],
    }


def boxes(looked: Looked) -> dict[str, Any]:
    """What the page draws over the picture, and when that was taken (Unix milliseconds)."""
    return shown(looked) | {"taken_unix_ms": round(looked.time * 1000)}
