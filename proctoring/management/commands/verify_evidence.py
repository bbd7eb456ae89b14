"""`manage.py verify_evidence [SESSION…]`: are the logs and pictures as they were written?"""

from __future__ import annotations

import sys
from argparse import ArgumentParser
from typing import Any
from uuid import UUID

from django.core.management.base import BaseCommand, CommandError

from proctoring.evidence import verify
from proctoring.models import Session


class Command(BaseCommand):
    help = (
        "Checks every event's hash, the order and completeness of each log, and every picture. "
        "Prints one line for each finding and exits with status 1 if there is any."
    )

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("sessions", nargs="*", metavar="SESSION", type=UUID, help="all sessions unless named")

    def handle(self, *args: Any, sessions: list[UUID], **options: Any) -> None:
        wanted = Session.objects.order_by("created_at", "pk").defer("policy", "calibration", "engine_state")
        if sessions:
            wanted = wanted.filter(pk__in=sessions)
            unknown = set(sessions) - set(wanted.values_list("pk", flat=True))
            if unknown:
                raise CommandError(f"There is no session {', '.join(sorted(map(str, unknown)))}.")
        checked = events = findings = 0
        for session in wanted.iterator():
            checked += 1
            events += session.event_count
            for finding in verify.check(session):
                findings += 1
                self.stdout.write(str(finding))
        self.stderr.write(f"{checked} sessions with {events} events checked, {findings} findings.")
        if findings:
            sys.exit(1)
