"""`manage.py purge`: delete now what the purge task would delete at its next turn."""

from __future__ import annotations

import sys
from typing import Any

from django.core.management.base import BaseCommand
from django.utils import timezone

from proctoring import services
from proctoring.evidence import retention


class Command(BaseCommand):
    help = "Ends sessions whose time is over, and deletes pictures, event logs, answers and exports that are due."

    def handle(self, *args: Any, **options: Any) -> None:
        now = timezone.now()
        ended = services.end_overdue(now)
        purged = retention.purge(now)
        self.stdout.write(
            f"Ended {ended} overdue sessions. Deleted {purged.pictures} pictures, {purged.events} events, "
            f"{purged.answers} answers, {purged.practice} practice runs, {purged.exports} exports "
            f"and {purged.orphans} pictures that belonged to no event."
        )
        if purged.failed:
            self.stderr.write(f"{purged.failed} could not be deleted and are left for the next run; see the log above.")
            sys.exit(1)
