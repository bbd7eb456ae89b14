"""`manage.py remove_second_factor NAME`: for somebody who has lost it and whom no administrator can help."""

from __future__ import annotations

from argparse import ArgumentParser
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from exams.accounts import mail, two_factor
from exams.accounts.people import person_called


class Command(BaseCommand):
    help = "Remove all second factors of one person; they are told by mail, and their password alone signs them in."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("name", help="User name or e-mail address.")

    def handle(self, *args: Any, **options: Any) -> None:
        user = person_called(options["name"])
        if user is None:
            raise CommandError(f"There is nobody called “{options['name']}”.")
        count = two_factor.reset(user)
        if count:
            mail.send_notice(user.pk, "two_factor_reset")
        self.stdout.write(f"{user.username}: {count} second factor{'' if count == 1 else 's'} removed.")
