"""What is granted while a session runs acts in it from then on, as it stands in its log with when and by whom.

A session goes by the policy it began with, or by what is granted now where that is milder. So a grant acts at once and
its withdrawal takes it back, but what held when the candidate agreed to be watched holds to the end: nobody is watched
more strictly than they agreed to. What was scored before stays as it was.
"""

from __future__ import annotations

from typing import Any
from uuid import UUID

from django.dispatch import receiver
from django.utils import timezone

from exams import signals
from exams.models import Accommodation, User
from proctoring.models import Session
from proctoring.risk.changing import under
from proctoring.risk.policy import Policy
from proctoring.services import tell
from proctoring.services.accommodations import accommodate, granted_to, milder_of
from proctoring.services.entries import technical
from proctoring.services.policies import fields_for, policy_of
from proctoring.services.recording import Drafted, append_events, lock
from proctoring.services.signals import engine_of

ACCOMMODATION_CHANGED = "ACCOMMODATION_CHANGED"
HAPPENED = {
    "granted": "{} granted an accommodation, which applies from now on.",
    "changed": "{} changed an accommodation; what it says now applies from now on.",
    "revoked": "{} withdrew an accommodation.",
    "reopened": "{} reopened the attempt; what was granted or withdrawn meanwhile applies from now on.",
}


@receiver(signals.accommodation_changed, dispatch_uid="follow_accommodation")
def follow_accommodation(accommodation: Accommodation, by: User, what: str, **_: Any) -> None:
    """In all sessions of the candidate that have not ended: one that was changed may have been for other exams."""
    sessions = Session.objects.filter(
        candidate=accommodation.candidate_id, exam__institution=accommodation.institution_id, kind=Session.Kind.EXAM
    )
    running = sessions.exclude(state=Session.State.ENDED).order_by("pk").values_list("pk", flat=True)
    for pk in list(running):
        follow(lock(pk), by, what)


def policy_of_session(session_id: UUID) -> Policy | None:
    """What the session goes by now; None where there is no such session any more."""
    found = Session.objects.filter(pk=session_id).values_list("policy", flat=True).first()
    return None if found is None else Policy.from_dict(found)


def follow(session: Session, by: User, what: str) -> None:
    """The caller has locked the session. Nothing happens where nothing follows from what is granted now."""
    before, after = Policy.from_dict(session.policy), _effective(session)
    if after == before:
        return
    engine = None if session.engine_state is None else under(after, engine_of(session))
    session.agreed_policy = session.agreed_policy or session.policy
    session.policy = after.as_dict()
    session.accommodated = session.accommodated or after.accommodated
    session.engine_state = None if engine is None else engine.state()
    session.save(update_fields=["agreed_policy", "policy", "accommodated", "engine_state"])
    events = []
    # Before watching begins nothing is said twice: then the log tells what applies.
    if session.state == Session.State.LIVE and _watching(after) != _watching(before):
        events = append_events(session, [_entry(session, before, after, by, what)])
    tell.candidate_after_commit(session.pk, {"type": "policy.changed", "events": [event.pk for event in events]})


def _effective(session: Session) -> Policy:
    assert session.exam is not None
    agreed = Policy.from_dict(session.agreed_policy or session.policy)
    if session.exam_policy is not None:
        plain = Policy.from_dict(session.exam_policy)
    else:  # of a session that began before this was kept, the exam's of today comes nearest
        plain = policy_of(fields_for(session.exam)) if agreed.accommodated else agreed
    return milder_of(agreed, accommodate(plain, granted_to(session.candidate, session.exam)))


def _entry(session: Session, before: Policy, after: Policy, by: User, what: str) -> Drafted:
    """Who and when and what follows for the watching; never why."""
    said = [HAPPENED[what].format(by.display_name)]
    if after.muted:
        said.append(f"Not counted: {_words(after.muted)}.")
    if after.eased:
        said.append(f"Counted later or less easily: {_words(after.eased)}.")
    if before.require_fullscreen != after.require_fullscreen:
        said.append(f"Full screen is {'asked for' if after.require_fullscreen else 'not asked for'}.")
    if before.restrict_clipboard != after.restrict_clipboard:
        said.append(f"Copy and paste are {'prevented' if after.restrict_clipboard else 'left alone'}.")
    if not after.muted and not after.eased:
        said.append("All rules count as they did when the session began.")
    detail = {
        "what": what,
        "user": by.pk,
        "muted": list(after.muted),
        "eased": list(after.eased),
        "changed": _differences(_watching(before), _watching(after)),
    }
    now = timezone.now()
    return technical(session, name=ACCOMMODATION_CHANGED, at=now, sentence=" ".join(said), detail=detail)


def _watching(policy: Policy) -> dict[str, Any]:
    """The numbers that act, each by its name."""
    data = policy.as_dict()
    rules = {f"{name}.{key}": value for name, rule in data.pop("rules").items() for key, value in rule.items()}
    plain = {name: value for name, value in data.items() if name not in ("accommodated", "muted", "eased")}
    return plain | rules


def _differences(before: dict[str, Any], after: dict[str, Any]) -> dict[str, list[Any]]:
    return {name: [before.get(name), value] for name, value in after.items() if before.get(name) != value}


def _words(rules: tuple[str, ...]) -> str:
    return ", ".join(rule.replace("_", " ").lower() for rule in rules)
