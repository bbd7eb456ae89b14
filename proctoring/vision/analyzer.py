"""One picture in, one :class:`~proctoring.observation.Observation` out. Runs inside analysis workers and commands."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, TypeVar

from proctoring.observation import Box, Eyes, Face, Glance, HeadPose, Looks, Measured, ModelRef, Observation
from proctoring.vision import memory, native
from proctoring.vision.config import AnalyzerConfig, DetectorStatus
from proctoring.vision.frame import decode
from proctoring.vision.model_files import ModelUnavailable

if TYPE_CHECKING:
    from proctoring.vision.arrays import Grey, Rgb

__all__ = ["Analyzer", "AnalyzerConfig", "DetectorStatus"]

Detector = TypeVar("Detector")


class Analyzer:
    """Loads every model once. One that cannot be loaded stays off and says why in :attr:`detectors`.

    Keeps no state between pictures but the models, and is for one thread of one process.
    """

    def __init__(self, config: AnalyzerConfig) -> None:
        models_dir = Path(config.models_dir)
        memory.keep_freed()
        native.set_up(models_dir)
        # Native libraries, all of them.
        from proctoring.vision import eyes, face_mesh, faces, fingerprint, glance, head_pose, patch, phones, quality

        self._config = config
        self._eyes, self._head_pose, self._quality, self._inside = eyes, head_pose, quality, faces.inside
        self._fingerprint, self._glance, self._patch = fingerprint, glance, patch
        self.detectors: dict[str, DetectorStatus] = {}
        with native.quiet():
            self._faces = self._load("faces", faces.FaceDetector)
            self._mesh = self._load("mesh", lambda: face_mesh.FaceMesh(self._faces or faces.FaceDetector()))
            self._phones = self._load("phone", lambda: phones.PhoneDetector(config))

    def analyse(self, jpeg: bytes, *, looks: Looks = Looks.ALL, known: Measured | None = None) -> Observation:
        """What is seen in one JPEG. Raises :class:`~proctoring.vision.frame.BadFrame` when it cannot be judged.

        ``known`` stands for what the mesh would measure where the face looks as it did there.
        """
        timings: dict[str, float] = {}
        with _timed(timings, "decode"):
            picture = decode(jpeg, max_bytes=self._config.max_frame_bytes)
        height, width = picture.shape[:2]
        with _timed(timings, "quality"):
            thumbnail = self._quality.thumbnail(picture)
            quality = self._quality.judge_thumbnail(thumbnail)
        with _timed(timings, "fingerprint"):
            fingerprint = self._fingerprint.of(thumbnail, contrast=quality.contrast)
        faces: tuple[Face, ...] | None = None
        if self._faces is not None:
            with _timed(timings, "faces"):
                faces = self._faces.detect(picture, far=Looks.FAR_FACES in looks)
        glance: Glance | None = None
        if faces and len(faces) == 1 and self._mesh is not None:
            with _timed(timings, "glance"):
                glance = self._glance.take(picture, faces[0])
                stands = known is not None and glance is not None and self._glance.alike(known.glance, glance)
        else:
            stands = False
        pose, eyes = self._measure(picture, faces, known if stands else None, timings)
        phones: tuple[Box, ...] | None = None
        faint_phones: tuple[Box, ...] = ()
        if Looks.PHONE in looks and self._phones is not None:
            with _timed(timings, "phone"):
                phones, faint_phones = self._phones.look(picture)
        return Observation(
            width=width,
            height=height,
            quality=quality,
            faces=None if faces is None else self._described(thumbnail, faces),
            pose=pose,
            eyes=eyes,
            phones=phones,
            faint_phones=faint_phones,
            glance=glance,
            fingerprint=fingerprint,
            # Where nobody is near, the detector looks for people far away unasked.
            looked_far=faces is not None and (Looks.FAR_FACES in looks or all(face.far for face in faces)),
            models=self._models(timings),
            timings=timings,
        )

    def _described(self, thumbnail: Grey, faces: tuple[Face, ...]) -> tuple[Face, ...]:
        """As far as they lie in the picture. The candidate's, which is the largest, without a patch."""
        inside = [self._inside(face) for face in faces]
        others = [replace(face, patch=self._patch.take(thumbnail, face)) for face in inside[1:]]
        return (*inside[:1], *others)

    def _measure(
        self, picture: Rgb, faces: tuple[Face, ...] | None, known: Measured | None, timings: dict[str, float]
    ) -> tuple[HeadPose | None, Eyes | None]:
        """Head and eyes of the largest face: as ``known`` where that stands, else by the mesh, else by keypoints."""
        if known is not None:
            return replace(known.pose, source="stands"), known.eyes
        if not faces:
            return None, None
        landmarks = None
        if self._mesh is not None:
            with _timed(timings, "mesh"):
                landmarks = self._mesh.landmarks(picture, faces[0], alone=len(faces) == 1)
        if landmarks is not None:
            return self._head_pose.from_mesh(landmarks), self._eyes.from_mesh(landmarks)
        height, width = picture.shape[:2]
        return self._head_pose.from_keypoints(faces[0], width=width, height=height), None

    def _models(self, timings: dict[str, float]) -> dict[str, ModelRef]:
        """The models of the stages that looked at this picture."""
        return {
            name: status.model
            for name, status in self.detectors.items()
            if name in timings and status.model is not None
        }

    def _load(self, name: str, make: Callable[[], Detector]) -> Detector | None:
        try:
            detector = make()
        except ModelUnavailable as error:
            self.detectors[name] = DetectorStatus(name, ok=False, reason=str(error))
            return None
        self.detectors[name] = DetectorStatus(name, ok=True, model=getattr(detector, "model", None))
        return detector


@contextmanager
def _timed(timings: dict[str, float], stage: str) -> Iterator[None]:
    """CPU milliseconds of this process, since MediaPipe works in threads of its own."""
    start = time.process_time()
    yield
    timings[stage] = (time.process_time() - start) * 1000
