"""From Django's settings to the analyzer's configuration. The analyzer itself knows no settings."""

from __future__ import annotations

from django.conf import settings

from proctoring.vision.config import AnalyzerConfig


def analyzer_config() -> AnalyzerConfig:
    """The configuration every analysis worker of this installation shares."""
    return AnalyzerConfig(
        phone_weights=str(settings.PROCTOR_PHONE_WEIGHTS),
        phone_size=settings.PROCTOR_PHONE_SIZE,
        phone_int8=settings.PROCTOR_PHONE_INT8,
        models_dir=str(settings.PROCTOR_MODELS_DIR),
        max_frame_bytes=settings.PROCTOR_MAX_FRAME_BYTES,
    )
