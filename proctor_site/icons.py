"""Unfold writes its icons as words that a font draws: “chevron_right”. They are for the eye, and not to be read aloud.

Its templates are left as they are, so that it can be updated: each icon is hidden from assistive technology when the
template that has it is loaded. Where the icon itself is what one clicks, hiding it would hide the button: those
templates are our own (templates/unfold/helpers).
"""

from __future__ import annotations

import re

from django.template import Origin
from django.template.loaders.app_directories import Loader as AppLoader

ICON = re.compile(
    r'<(?:span|div|i)\b(?=[^<>]*\bclass="[^<>]*\bmaterial-symbols-)(?![^<>]*\b(?:aria-hidden|x-on:click)\b)'
)


def hide_icons(template: str) -> str:
    return ICON.sub(r'\g<0> aria-hidden="true"', template)


class Loader(AppLoader):
    """Templates of the apps, their icons hidden."""

    def get_contents(self, origin: Origin) -> str:
        return hide_icons(super().get_contents(origin))
