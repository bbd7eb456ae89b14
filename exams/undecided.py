"""About whom nothing is decided yet when an exam's results are to be published. What that may be, the exams do not
know: whoever keeps something beside them answers the signal ``publishing``."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from exams import signals
from exams.models import Exam, User


@dataclass(frozen=True, slots=True)
class Named:
    name: str
    url: str


@dataclass(frozen=True, slots=True)
class Undecided:
    """``sentence`` has the number in it; ``named`` are the first of them, none where the reader may not know who they
    are; ``url``: where all stand. Where it ``asks``, results are published only by somebody who insists."""

    sentence: str
    number: int
    named: tuple[Named, ...] = ()
    url: str = ""
    asks: bool = True

    @property
    def unnamed(self) -> int:
        return self.number - len(self.named)


def undecided(exam: Exam, by: User) -> list[Undecided]:
    """As ``by`` may know it."""
    answers: list[tuple[Any, Any]] = signals.publishing.send(Exam, exam=exam, by=by)
    return [one for _, found in answers for one in found]
