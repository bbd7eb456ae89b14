"""`manage.py evaluate WHAT …`: how often the detectors are right, on pictures and clips whose truth is known."""

from __future__ import annotations

import json
from importlib import import_module
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from proctoring.evaluation.page import as_html, as_text
from proctoring.evaluation.progress import Progress
from proctoring.evaluation.report import NotMeasurable, Report

# Each module has `HELP`, `add_arguments(parser)` and `evaluate(options, progress) -> Report`.
SUBJECTS = {
    "phones": "proctoring.evaluation.phones",
    "phones-in-use": "proctoring.evaluation.phones_in_use",
    "head-pose": "proctoring.evaluation.head_pose",
    "groups": "proctoring.evaluation.groups",
    "events": "proctoring.evaluation.events",
    "all": "proctoring.evaluation.everything",
}


class Command(BaseCommand):
    help = "Measures the detectors on pictures and clips whose truth is known, and prints how often they are right."
    requires_system_checks: list[str] = []

    def add_arguments(self, parser: CommandParser) -> None:
        subjects = parser.add_subparsers(dest="subject", required=True, metavar="WHAT")
        for name, module in SUBJECTS.items():
            subject = import_module(module)
            one = subjects.add_parser(name, help=subject.HELP, description=subject.HELP)
            subject.add_arguments(one)
            one.add_argument("--json", action="store_true", help="print the figures as JSON instead of tables")
            one.add_argument("--html", type=Path, metavar="FILE", help="write a page with plots and the worst mistakes")

    def handle(self, *args: Any, subject: str, **options: Any) -> None:
        try:
            report: Report = import_module(SUBJECTS[subject]).evaluate(options, Progress(self.stderr))
        except NotMeasurable as error:
            raise CommandError(str(error)) from error
        if options["html"] is not None:
            options["html"].write_text(as_html(report), encoding="utf-8")
        self.stdout.write(json.dumps(report.as_dict(), indent=2) if options["json"] else as_text(report))
