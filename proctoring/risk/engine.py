"""The risk engine: timed observations and browser signals in; risk and the events to record out.

Deterministic and pure: no clock, no randomness, no input or output. Its whole state is JSON, so a session goes on at
any picture where it stopped. Times are Unix seconds on the server's clock; those of pictures never decrease (late and
repeated ones are dropped and counted), those of signals may lie in the past when they waited in the browser's outbox.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict
from typing import Any

from proctoring.observation import Looks, Observation
from proctoring.risk import sentences, wanted
from proctoring.risk.at_rest import NOTHING, AtRest, Resting
from proctoring.risk.browser import Browser, Due, known_kinds
from proctoring.risk.calibration import Calibration, Learner
from proctoring.risk.calm import Calm
from proctoring.risk.conditions import Reading, read
from proctoring.risk.events import WARNINGS, EventDraft, Ledger, Step
from proctoring.risk.followed import Followed
from proctoring.risk.pauses import Pauses
from proctoring.risk.policy import (
    ENVIRONMENT,
    ENVIRONMENT_HOLD_SECONDS,
    LOOKING_AWAY,
    MULTIPLE_FACES,
    NO_FACE,
    PHONE_DETECTED,
    Policy,
    Rule,
)
from proctoring.risk.runs import EPSILON, Run
from proctoring.risk.stretches import Stretch
from proctoring.risk.values import Values

__all__ = ["Engine", "EventDraft", "Step"]

SEEN = (NO_FACE, MULTIPLE_FACES, LOOKING_AWAY, PHONE_DETECTED)
# Pictures that fail again this soon after the last failure belong to the same trouble.
NOT_ANALYSED_QUIET_SECONDS = 10.0
SHORTEST_LOSS_SECONDS = 1.0  # of a connection that was gone mostly during a pause; less is the pause's own edge
LOOKS_FOR_A_PHONE = 2  # one look may be a mistake of the detector, however short the limit
STATE_VERSION = 1


class Engine:
    """One session's risk. Without a calibration it learns the candidate's neutral from the first minute; ``standing``
    is then what looked like a phone or a face and stood in one place before watching began."""

    def __init__(self, policy: Policy, calibration: Calibration | None = None, *, standing: Resting = NOTHING) -> None:
        self.policy = policy
        self._calibration = calibration
        self._at_rest = AtRest(standing if calibration is None else calibration.resting)
        self.followed = Followed()  # phones that are only seen because they were there before
        self._learner = Learner()
        self._runs = {name: Run() for name in (*SEEN, *ENVIRONMENT)}
        self._browser = Browser(policy)
        self._calm = Calm()
        self._pauses = Pauses()
        self._state = Values()

    @classmethod
    def restore(cls, policy: Policy, state: Mapping[str, Any]) -> Engine:
        """The engine as it was when ``state`` was taken. Raises KeyError or TypeError for anything but such a state."""
        calibration = state["calibration"]
        engine = cls(policy, None if calibration is None else Calibration.from_dict(calibration))
        engine._at_rest = AtRest.restore(state)
        engine.followed = Followed.restore(state.get("followed"))
        engine._learner = Learner.from_dict(state["learner"])
        engine._runs = {name: Run.from_dict(state["runs"][name]) for name in engine._runs}
        engine._browser = Browser.restore(policy, state["page"], state.get("browser", {}))
        engine._calm = Calm.from_dict(state["calm"])
        engine._pauses = Pauses(state.get("pauses", ()))
        engine._state = Values(**{**state["values"], "conditions": dict(state["values"]["conditions"])})
        return engine

    def state(self) -> dict[str, Any]:
        """Everything, as lists, dicts, strings and numbers."""
        return {
            "version": STATE_VERSION,
            "calibration": None if self._calibration is None else self._calibration.as_dict(),
            **self._at_rest.state(),
            "followed": self.followed.state(),
            "learner": self._learner.as_dict(),
            "runs": {name: run.as_dict() for name, run in self._runs.items()},
            "page": self._browser.page(),
            "browser": self._browser.rest(),
            "calm": self._calm.as_dict(),
            "pauses": self._pauses.as_list(),
            "values": asdict(self._state),
        }

    @property
    def risk_total(self) -> int:
        return self._state.risk_temporary + self._state.risk_permanent

    @property
    def neutral(self) -> Calibration | None:
        """The calibrated neutral, else the learned one, ``None`` until there is one."""
        return self._calibration or self._learner.learned

    @property
    def calibrated(self) -> bool:
        return self._calibration is not None

    @property
    def at_rest(self) -> Resting:
        """Of the newest picture: what does not count because it stood there before."""
        return self._at_rest.seen

    @property
    def late_frames(self) -> int:
        """Pictures dropped because they came late or twice."""
        return self._state.late_frames

    @property
    def wants_phone(self) -> bool:
        """Whether to look for a phone in the next picture."""
        return wanted.phone(self.policy, self._state, self._runs)

    def wants(self, time: float, *, asked: float = 0.0) -> Looks:
        """What of the costly to look for in the picture captured at ``time``, the next. ``asked`` as in
        :meth:`observe`."""
        return wanted.looks(self.policy, self._state, self._runs, time, asked=asked)

    @property
    def something_holds(self) -> bool:
        """A condition that counts reads true or did a moment ago, or something in the browser holds."""
        seen = any(self._runs[name].is_open for name in self._watched())
        return seen or any(stretch.end is None for stretch in self._stretches())

    def pose_may_stand(self, time: float) -> bool:
        """Whether what was last measured of head and eyes may stand in the picture of ``time``, if the face looks the
        same: not while anything holds or may begin to, nor while the neutral is learned, and never for long."""
        if not self._state.settled or any(self._runs[name].is_open for name in SEEN):
            return False
        known = self.calibrated or self._learner.finished
        return known and not wanted.measurement_is_due(self.policy, self._state, time)

    def observe(self, time: float, observation: Observation, *, asked: float = 0.0) -> Step:
        """Take in what was seen in the picture captured at ``time``. ``asked``: how many seconds after the one before
        the server asked for it, where that is more than the exam's own pace; then none are missing in between, but what
        lies between counts for no longer than pictures at that pace may be apart."""
        if self._pauses.covers(time) or self._is_late(time):
            self.followed.skip()
            return self.step()
        state = self._state
        self._notice_missing_pictures(time, asked)
        state.clock = state.seen_at = time
        state.face_count = observation.face_count
        observation = self.followed.look(time, observation, in_view=self._runs[PHONE_DETECTED].is_open)
        observation = self._at_rest.look(observation)
        self.followed.remember(time, observation.phones)
        self._count_phone_look(observation)
        if self._calibration is None:
            self._learner.learn(time, observation)
        reading = read(
            observation,
            neutral=self.neutral,
            policy=self.policy,
            seconds_since_turned=None if state.turned_at is None else time - state.turned_at,
        )
        self._at_rest.tell(reading.measured, face_count=state.face_count)
        self.followed.tell(reading.measured)
        if reading.turned:
            state.turned_at = time
        self._note_measurement(time, observation, settled=reading.settled)
        state.conditions = dict(reading.conditions)
        self._decay(time)
        self._advance(time, reading, observation, asked)
        events = [*self._browser_events(time), *self._seen_events(time), *self._environment_events(time)]
        self._settle(time)
        return self.step(events)

    def not_analysed(self, time: float) -> Step:
        """Nobody could judge the picture captured at ``time``: unknown, and one technical entry for the lot of them."""
        if self._pauses.covers(time) or self._is_late(time):
            return self.step()
        state = self._state
        previous, state.not_analysed_at, state.clock = state.not_analysed_at, time, time
        if previous is not None and time - previous <= NOT_ANALYSED_QUIET_SECONDS:
            return self.step()
        return self.note(time, "FRAMES_NOT_ANALYSED", sentences.NOT_ANALYSED)

    def signal(self, time: float, kind: str) -> Step:
        """A browser signal of ``time``, which may lie in the past. Raises ValueError for a kind nobody knows."""
        if kind not in known_kinds():
            raise ValueError(f"Unknown browser signal {kind!r}: expected one of {sorted(known_kinds())}.")
        if kind == "camera_stopped" and (self._state.seen_at is None or time >= self._state.seen_at):
            self._state.interrupted = True
        paused = self._pauses.covers(time)
        due, wants_entry = self._browser.take(time, kind, paused=paused)
        if paused:  # what it means beyond the pause is seen with the next picture: the return may be on its way
            return self.step()
        events = [*map(self._score_due, due), *self._browser_events(time)]
        if not wants_entry:
            return self.step(events)
        name, sentence = sentences.SIGNALS[kind]
        entry = self.note(time, name, sentence, detail={"signal": kind})
        return self.step([*events, *entry.events])

    def connection_lost(self, time: float) -> Step:
        """Recorded when it is back, with its length; until then nothing decays or accumulates."""
        if self._state.lost_at is None:
            self._state.lost_at = time
        self._state.interrupted = True
        return self.step()

    def connection_restored(self, time: float) -> Step:
        lost_at, self._state.lost_at = self._state.lost_at, None
        if lost_at is None:
            return self.step()
        paused = self._pauses.seconds(lost_at, time)
        seconds = max(0.0, time - lost_at - paused)
        if paused and seconds < SHORTEST_LOSS_SECONDS:
            return self.step()
        detail = {"lost_at": lost_at, "restored_at": time, "seconds": round(seconds, 3)}
        return self.note(time, "CONNECTION_LOST", sentences.connection_lost(seconds), detail=detail)

    def pause(self, start: float, end: float) -> None:
        """From ``start`` until ``end`` nothing is watched and nothing counts; again, when the end becomes another."""
        self._pauses.put(start, end)

    def note(
        self,
        time: float,
        name: str,
        sentence: str,
        *,
        ledger: Ledger = "technical",
        detail: Mapping[str, Any] | None = None,
    ) -> Step:
        """An entry that never scores, such as a detector that is off or a rejected message."""
        return self.step(
            [self._draft(ledger=ledger, name=name, time=time, sentence=sentence, detail=dict(detail or {}))]
        )

    def step(self, events: list[EventDraft] | None = None) -> Step:
        """Where things stand, with ``events`` that were just recorded."""
        state = self._state
        return Step(
            events=tuple(events or ()),
            risk_temporary=state.risk_temporary,
            risk_permanent=state.risk_permanent,
            risk_total=self.risk_total,
            warnings=tuple(code for name, code in WARNINGS.items() if self._warns(name)),
            conditions=dict(state.conditions),
            looking_away=state.conditions.get(LOOKING_AWAY),
        )

    # Time

    def _is_late(self, time: float) -> bool:
        late = self._state.clock is not None and time <= self._state.clock
        self._state.late_frames += late
        return late

    def _notice_missing_pictures(self, time: float, asked: float) -> None:
        state = self._state
        gap = 0.0 if state.seen_at is None else time - state.seen_at
        paused = state.seen_at is not None and self._pauses.seconds(state.seen_at, time) > 0
        uncounted = gap - self.policy.tolerance()
        if state.interrupted or paused or gap > self.policy.tolerance(asked=asked) + EPSILON:
            for run in self._runs.values():
                run.skip(gap)
            self._calm.interrupt(time)
        elif uncounted > EPSILON:
            for run in self._runs.values():
                run.skip(uncounted)
        state.interrupted = False

    def _decay(self, time: float) -> None:
        seconds = self._calm.full_seconds(time, self._stretches())
        self._state.risk_temporary = max(0, self._state.risk_temporary - seconds)

    def _settle(self, time: float) -> None:
        """Decide whether calm goes on. A run found to have ended let go earlier: that time is paid out too."""
        stretches, watched = self._stretches(), [self._runs[name] for name in self._watched()]
        if any(run.is_open for run in watched) or any(stretch.covers(time) for stretch in stretches):
            self._calm.break_off()
            return
        self._calm.begin(time, let_go=[run.released_at for run in watched], stretches=stretches)
        self._decay(time)

    # Conditions

    def _watched(self) -> list[str]:
        return [name for name in SEEN if self.policy.rule(name) is not None]

    def _count_phone_look(self, observation: Observation) -> None:
        state = self._state
        if observation.phones is not None:
            state.frames_since_phone_look = 0
        elif state.frames_since_phone_look is not None:
            state.frames_since_phone_look += 1

    def _note_measurement(self, time: float, observation: Observation, *, settled: bool) -> None:
        if observation.looked_far:
            self._state.far_at = time
        if observation.pose is None or observation.pose.source != "stands":
            self._state.measured_at, self._state.settled = time, settled

    def _advance(self, time: float, reading: Reading, observation: Observation, asked: float) -> None:
        models = {stage: asdict(model) for stage, model in observation.models.items()}
        for name, run in self._runs.items():
            run.advance(time=time, reading=reading.conditions[name], tolerance=self.policy.tolerance(name, asked=asked))
            if reading.conditions[name]:
                run.evidence = {"measured": dict(reading.measured[name]), "models": models}

    def _seen_events(self, time: float) -> list[EventDraft]:
        events = []
        for name in self._watched():
            rule, run = self.policy.rules[name], self._runs[name]
            # Confirmed by a picture that shows it, or before the next look is due (a phone is not looked for in each).
            shown = self._state.conditions[name] or (
                name == PHONE_DETECTED and run.age(time) < self.policy.interval(name)
            )
            if name == PHONE_DETECTED and run.true_looks < LOOKS_FOR_A_PHONE:
                continue
            if shown and run.is_due(time=time, hold=rule.hold_seconds, cooldown=rule.cooldown_seconds):
                run.score(time=time, hold=rule.hold_seconds)
                held, measured = run.held(time), run.evidence["measured"]
                sentence = sentences.of_condition(name, held=held, limit=rule.hold_seconds, measured=measured)
                events.append(self._score(rule, time=time, held=held, evidence=run.evidence, sentence=sentence))
        return events

    def _environment_events(self, time: float) -> list[EventDraft]:
        events = []
        for name in ENVIRONMENT:
            run = self._runs[name]
            due = run.is_due(time=time, hold=ENVIRONMENT_HOLD_SECONDS, cooldown=0.0)
            if not due or run.scored:
                continue
            run.score(time=time, hold=ENVIRONMENT_HOLD_SECONDS)
            held, measured = run.held(time), run.evidence["measured"]
            sentence = sentences.of_condition(name, held=held, limit=ENVIRONMENT_HOLD_SECONDS, measured=measured)
            detail = {"held_seconds": round(held, 3), "measured": measured}
            events.append(self._draft(ledger="environment", name=name, time=time, sentence=sentence, detail=detail))
        return events

    def _warns(self, name: str) -> bool:
        if name in SEEN and self.policy.rule(name) is None:
            return False
        return bool(self._state.conditions.get(name)) or (name == PHONE_DETECTED and self._phone_in_view())

    def _phone_in_view(self) -> bool:
        """Also in the pictures between two looks."""
        return self._runs[PHONE_DETECTED].reads_true

    # The browser

    def _stretches(self) -> list[Stretch]:
        return list(self._pauses.without(self._browser.stretches()))

    def _browser_events(self, now: float) -> list[EventDraft]:
        newest = max(now, self._state.clock or now)
        return [self._score_due(due) for due in self._browser.due(newest, self._pauses)]

    def _score_due(self, due: Due) -> EventDraft:
        evidence = {"measured": due.measured, "models": {}}
        return self._score(due.rule, time=due.time, held=due.held, evidence=evidence, sentence=due.sentence)

    # Events

    def _score(self, rule: Rule, *, time: float, held: float, evidence: Mapping[str, Any], sentence: str) -> EventDraft:
        """The one place where risk rises."""
        if rule.permanent:
            self._state.risk_permanent += rule.delta
        else:
            self._state.risk_temporary += rule.delta
        detail = {
            "rule": asdict(rule),
            "held_seconds": round(held, 3),
            "measured": evidence["measured"],
            "models": evidence["models"],
            "calibrated": self.calibrated,
        }
        return self._draft(
            ledger="integrity", name=rule.event, time=time, delta=rule.delta, sentence=sentence, detail=detail
        )

    def _draft(
        self, *, ledger: Ledger, name: str, time: float, sentence: str, detail: dict[str, Any], delta: int = 0
    ) -> EventDraft:
        return EventDraft(
            ledger=ledger,
            name=name,
            time=time,
            risk_delta=delta,
            risk_total=self.risk_total,
            phone_detected=self._phone_in_view(),
            looking_away=bool(self._state.conditions.get(LOOKING_AWAY)),
            face_count=self._state.face_count,
            sentence=sentence,
            detail=detail,
        )
