"""For how long the page was left, in the end. The event says so only where it was recorded after the candidate was
back; for all others it is read off the browser's signals. The event itself stays as it was written."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from proctoring.models import Event, Session
from proctoring.risk import lasting
from proctoring.risk.policy import FULLSCREEN_LEFT, SECOND_SCREEN, TAB_SWITCH, Policy
from proctoring.risk.stretches import Stretch

WORDS = {
    TAB_SWITCH: ("Away for {}", "Not back yet", "Not back before watching ended"),
    FULLSCREEN_LEFT: ("Out of full screen for {}", "Still out of full screen", "Out of full screen to the end"),
    SECOND_SCREEN: ("Connected for {}", "Still connected", "Connected to the end"),
}


@dataclass(frozen=True, slots=True)
class Lasted:
    """``seconds``: None while it goes on, and where it never ended."""

    text: str
    seconds: float | None


class Lasting:
    """Of one session. One query, made when the first event of such a kind is asked about."""

    def __init__(self, session: Session) -> None:
        self._session = session
        self._found: dict[str, list[Stretch]] | None = None

    def of(self, event: Event) -> Lasted | None:
        """None for events of other kinds, and where no signal tells."""
        return self.since(event.name, (event.detail.get("measured") or {}).get("left_at"))

    def since(self, name: str, began: Any) -> Lasted | None:
        """The same; ``began``: when the stretch began, as the event's detail holds it (Unix seconds)."""
        if name not in WORDS or not isinstance(began, int | float):
            return None
        stretch = lasting.recorded(self._stretches, name, began)
        if stretch is None:
            return None
        over, goes_on, never = WORDS[name]
        if stretch.end is None:
            ended = self._session.state == Session.State.ENDED
            return Lasted(never if ended else goes_on, None)
        seconds = round(stretch.end - began, 1)
        return Lasted(over.format(in_words(seconds)), seconds)

    @property
    def _stretches(self) -> dict[str, list[Stretch]]:
        if self._found is None:
            self._found = lasting.stretches_of(Policy.from_dict(self._session.policy), self._signals())
        return self._found

    def _signals(self) -> list[tuple[float, str]]:
        """Those of the time that was watched: the risk engine knows no others."""
        session = self._session
        kinds = lasting.kinds_of(Policy.from_dict(session.policy))
        told = session.signals.filter(kind__in=kinds).order_by("unix_ms", "pk")
        if session.started_at is not None:
            told = told.filter(unix_ms__gte=int(session.started_at.timestamp() * 1000))
        if session.ended_at is not None:
            told = told.filter(unix_ms__lte=int(session.ended_at.timestamp() * 1000) + 1)
        return [(unix_ms / 1000, kind) for unix_ms, kind in told.values_list("unix_ms", "kind")]


def in_words(seconds: float) -> str:
    """ "12 s", "2 min 5 s"; below ten seconds with a decimal."""
    if seconds < 10:
        return f"{seconds:.1f} s"
    minutes, rest = divmod(round(seconds), 60)
    return f"{minutes} min {rest} s" if minutes else f"{rest} s"


def lasted_payload(lasting_of: Lasting, event: Event) -> dict[str, Any] | None:
    """As the session's page reads it; ``over``: nothing about it changes any more."""
    found = lasting_of.of(event)
    return None if found is None else {"text": found.text, "over": found.seconds is not None}
