"""Django's British formats, but for “8:36 p.m.” (https://docs.djangoproject.com/en/5.2/topics/i18n/formatting/)."""

from __future__ import annotations

DATE_FORMAT = "j M Y"
TIME_FORMAT = "H:i"
DATETIME_FORMAT = "j M Y, H:i"
SHORT_DATETIME_FORMAT = "d/m/Y H:i"
