"""What is seen and does not count because it stood there before: phones (``standing``), faces (``faces_at_rest``)."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass, replace
from typing import Any

from proctoring.observation import Box, Face, Observation
from proctoring.risk.faces_at_rest import FACE_AT_REST, StandingFaces
from proctoring.risk.policy import MULTIPLE_FACES, NO_FACE, PHONE_DETECTED
from proctoring.risk.standing import PHONE_AT_REST, Standing

# The entries that say so. They come with a picture, though they never score: only a person can tell what was left out.
ENTRIES = frozenset({PHONE_AT_REST, FACE_AT_REST})


@dataclass(frozen=True, slots=True)
class Resting:
    """What stood there: while the candidate was calibrated, or as far as it is seen in one picture."""

    phones: tuple[Box, ...] = ()
    faces: tuple[Face, ...] = ()

    def __bool__(self) -> bool:
        return bool(self.phones or self.faces)


NOTHING = Resting()


def counted(observation: Observation, at_rest: Resting) -> Observation:
    """The picture without what is at rest in it. Where that was the largest face, no head and eyes were anybody's."""
    phones, faces = observation.phones, observation.faces
    if phones is not None:
        observation = replace(observation, phones=tuple(phone for phone in phones if phone not in at_rest.phones))
    if not faces or not at_rest.faces:
        return observation
    observation = replace(observation, faces=tuple(face for face in faces if face not in at_rest.faces))
    if faces[0] in at_rest.faces:
        observation = replace(observation, pose=None, eyes=None, glance=None)
    return observation


class AtRest:
    """Of one session. ``seen``: what of it is in the newest picture."""

    def __init__(self, stood: Resting = NOTHING) -> None:
        self._phones = Standing(stood.phones)
        self._faces = StandingFaces(stood.faces)
        self.seen = NOTHING

    def look(self, observation: Observation) -> Observation:
        """The picture with what counts in it."""
        _, phones = self._phones.look(observation.phones)
        self.seen = Resting(phones, self._faces.look(observation.faces or ()))
        return counted(observation, self.seen)

    def tell(self, measured: Mapping[str, dict[str, Any]], *, face_count: int | None) -> None:
        """Say in what was measured, by condition, what did not count. ``face_count``: of all faces that were seen."""
        if self.seen.phones:
            measured[PHONE_DETECTED]["stood_there_before"] = [asdict(box) for box in self.seen.phones]
        if self.seen.faces:
            stood = [asdict(face.box) for face in self.seen.faces]
            for name in (NO_FACE, MULTIPLE_FACES):
                measured[name] |= {"face_count": face_count, "stood_there_before": stood}

    def state(self) -> dict[str, Any]:
        return {"standing": self._phones.as_list(), "standing_faces": self._faces.as_list()}

    @classmethod
    def restore(cls, state: Mapping[str, Any]) -> AtRest:
        """Of an engine's state, also an older one, which knew of none."""
        at_rest = cls()
        at_rest._phones = Standing.from_list(state.get("standing", ()))
        at_rest._faces = StandingFaces.from_list(state.get("standing_faces", ()))
        return at_rest
