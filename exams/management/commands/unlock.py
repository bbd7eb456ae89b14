"""`manage.py unlock NAME …`: lets people try again whose sign-in is locked after too many wrong passwords."""

from __future__ import annotations

from argparse import ArgumentParser
from typing import Any

from axes.models import AccessAttempt
from django.core.management.base import BaseCommand, CommandError
from django.utils import timezone

from exams.accounts import lockout
from exams.accounts.people import person_called


class Command(BaseCommand):
    help = "Unlock names whose sign-in waits after wrong passwords or codes; --list shows which."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("names", nargs="*", metavar="NAME", help="User names or e-mail addresses.")
        parser.add_argument("--list", action="store_true", help="Only show who has to wait.")

    def handle(self, *args: Any, **options: Any) -> None:
        if options["list"]:
            self.show()
            return
        if not options["names"]:
            raise CommandError("Name whom to unlock, or use --list.")
        for name in options["names"]:
            user = person_called(name)
            counted = user.username if user is not None else name.strip().lower()
            done = lockout.unlock(counted)
            self.stdout.write(f"{counted} is unlocked." if done else f"{counted} was not locked.")

    def show(self) -> None:
        now = timezone.now()
        for attempt in lockout.with_standing(AccessAttempt.objects.order_by("username", "ip_address")):
            if seconds := lockout.standing_of(attempt).wait(now):
                where = attempt.ip_address or "an unknown address"
                self.stdout.write(f"{attempt.username} from {where}: {seconds} seconds to wait")
