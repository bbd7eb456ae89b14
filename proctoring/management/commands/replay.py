"""`manage.py replay CLIP`: a clip sits the demo exam, through the running server, as a browser would."""

from __future__ import annotations

import asyncio
import time
from argparse import ArgumentParser
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from exams.errors import ExamError
from proctoring.models import Session
from proctoring.replay import people
from proctoring.replay.client import CandidateClient, Message, Refused, ServerUnreachable
from proctoring.replay.clips import Clip, ClipError, open_clip
from proctoring.replay.finish import finish
from proctoring.replay.player import CALIBRATION_ROUNDS, NoNeutralPose, Played, calibrate, play
from proctoring.replay.signin import signed_in
from proctoring.reports.session_json import session_json
from proctoring.risk.policy import Policy


class Command(BaseCommand):
    help = (
        "Plays a folder of JPEGs or a video through the running server as one candidate's camera, "
        "and prints the session's JSON export. The server must use the same database."
    )

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("clip", type=Path, help="a folder of .jpg pictures, or a video file")
        parser.add_argument("--fps", type=float, help="pictures a second of the clip (a folder: 10 unless given)")
        parser.add_argument("--speed", type=float, default=1.0, help="times as fast as real (1)")
        parser.add_argument("--exam", type=int, help="number of the exam (the demo exam)")
        parser.add_argument("--candidate", help="user name of the candidate (candidate1)")
        parser.add_argument("--url", default="http://127.0.0.1:8000", help="address of the running server")
        parser.add_argument(
            "--calibrate-seconds",
            type=float,
            default=2.0,
            help="how much of the clip's beginning shows the neutral pose; 0 to go without calibration (2)",
        )
        parser.add_argument("--detail", action="store_true", help="the complete log, with all that never scores")

    def handle(self, *args: Any, **options: Any) -> None:
        if options["speed"] <= 0:
            raise CommandError("--speed must be above 0.")
        if not options["url"].startswith(("http://", "https://")):
            raise CommandError("--url must begin with http:// or https://.")
        try:
            clip = open_clip(options["clip"], fps=options["fps"])
            exam = people.find_exam(options["exam"])
            candidate = people.find_candidate(options["candidate"], exam)
            session = people.begin(candidate=candidate, exam=exam)
            with signed_in(candidate) as cookie:
                played = asyncio.run(self.sit(clip, session, cookie, options))
        except (ClipError, people.NotFound, ServerUnreachable, Refused, ExamError) as error:
            raise CommandError(str(error)) from error
        self.say(f"{played.sent} frames sent, {played.analysed} analysed, {len(played.refused)} refused")
        played_session = Session.objects.get(pk=session.pk)
        self.stdout.write(session_json(played_session, base_url=options["url"], detail=options["detail"]))

    async def sit(self, clip: Clip, session: Session, cookie: str, options: dict[str, Any]) -> Played:
        url, clock_ms = options["url"].rstrip("/"), time.time() * 1000
        async with CandidateClient(url=url, session_id=session.pk, cookie=cookie, on_message=self.note) as client:
            self.say(f"Playing {clip.name} at {clip.fps:g} frames/s, {options['speed']:g} times as fast as real")
            for name, reason in client.welcome["detectors_off"].items():
                self.say(f"The {name} detector is off: {reason}")
            if options["calibrate_seconds"] > 0 and not client.welcome["calibrated"]:
                try:
                    await calibrate(client, clip, seconds=options["calibrate_seconds"], clock_ms=clock_ms)
                except NoNeutralPose as error:
                    self.say(f"Going on without calibration, the server learns the pose as it sees it: {error}")
                clock_ms += CALIBRATION_ROUNDS * options["calibrate_seconds"] * 1000
            interval = 1 / Policy.from_dict(session.policy).frames_per_second
            played = await play(
                client, clip, interval=interval, speed=options["speed"], clock_ms=clock_ms, say=self.say
            )
            await asyncio.to_thread(finish, url=url, session_id=session.pk, cookie=cookie)
            await client.expect("ended")
        return played

    def note(self, message: Message) -> None:
        if message["type"] == "ended":
            raise Refused(message["message"])

    def say(self, text: str) -> None:
        self.stderr.write(text)
