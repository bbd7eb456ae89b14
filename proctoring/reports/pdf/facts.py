"""The first part of a report: whose session it was, what people made of it, and whether its record is whole."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta

from reportlab.platypus import Flowable

from exams.models import TimeChange
from exams.time_entries import Entry, entries_of
from exams.timing import in_words
from proctoring.models import PurgeRecord, Session
from proctoring.reports.pdf.case import OF_PICTURES, Case
from proctoring.reports.pdf.layout import CODE, SMALL, TEXT, TITLE, Writer
from proctoring.reports.policy_words import accommodation_line
from proctoring.reports.statements import no_statement

MOST_FINDINGS = 40

CANNOT = (
    "Software looked at single pictures of a camera and at what the browser told about the exam’s page. It recorded "
    "what its rules say and added points. It recognised nobody, heard nothing, saw no screen and guessed at no "
    "feelings or intentions.",
    "The points are no measure of guilt. A person walking by scores as a second person, a habit of looking aside as "
    "looking away, and a covered or black camera as nobody in view. And the detectors err: how often is at the end.",
    "A picture that is merely dark or blurred does not score for that: where no face or only one is found in it, "
    "whether somebody is there, or a second person, is left open, and so is where they look; only further faces and "
    "phones that are found in it count. Pictures that are missing, as on a slow connection, score nothing.",
    "That nothing was recorded does not show that nothing happened: much happens outside a picture.",
    "This report is evidence for people to judge, and no verdict. Whether a rule was broken, and what follows, is for "
    "the institution’s people to decide, after they have looked at the pictures and heard the candidate.",
)


def front(case: Case, writer: Writer) -> list[Flowable]:
    session = case.session
    return [
        writer.text("Report of a session under watch", TITLE),
        writer.facts(_session_rows(case)),
        *_time(case, writer),
        *writer.section("What this report can and cannot tell"),
        *writer.points(CANNOT),
        *_candidate(case, writer),
        *_people(case, writer),
        *writer.section("Is the record as it was written?"),
        *_integrity(case, writer, session),
    ]


def _session_rows(case: Case) -> Iterator[tuple[str, str]]:
    session = case.session
    exam = session.exam
    yield "Institution", exam.institution.name if exam else "None"
    yield "Exam", exam.title if exam else f"None: {session.get_kind_display().lower()}"
    yield "Candidate", f"{session.candidate.display_name} ({session.candidate.username})"
    if session.attempt is not None:
        yield "Attempt", f"Number {session.attempt.number}, version {session.attempt.version.number} of the questions"
    yield "Watching began", case.at(session.started_at) if session.started_at else "Not yet: the system check goes on"
    yield "Watching ended", _ended(case)
    yield "Times in", str(case.zone)
    yield "Consent", _consent(case)
    if accommodated := accommodation_line(case.policy):
        yield "Accommodation", f"{accommodated}. Why is not for those who watch."
    yield (
        "Risk at the end" if session.ended_at else "Risk now",
        (f"{session.risk_total}: {session.risk_permanent} that stays and {session.risk_temporary} that fades"),
    )
    yield "Points recorded", f"{case.looks.points_in_words}. They stay on record, whatever people make of the events"
    yield "Needs a look", _needs_look(case)
    yield (
        "Who watched",
        (
            "Who looked at the live picture is not recorded. Who stopped, confirmed, dismissed or reviewed is, and "
            "stands in this report."
        ),
    )
    yield "Session", str(session.pk)


def _needs_look(case: Case) -> str:
    number = case.looks.events
    if number:
        return f"{_count(number, 'integrity event')} that nobody has confirmed or dismissed yet"
    return "No event: the session has been reviewed" if case.reviews else "No event"


def _ended(case: Case) -> str:
    session = case.session
    if session.ended_at is None:
        return "Not yet: this report tells what was recorded until it was made"
    by = f" ({session.get_ended_by_display().lower()})" if session.ended_by else ""
    return f"{case.at(session.ended_at)}{by}"


def _consent(case: Case) -> str:
    consent = case.session.consent
    if consent is None:
        return "None on record"
    withdrawn = f"; withdrawn {case.at(consent.withdrawn_at)}" if consent.withdrawn_at else ""
    return f"Given {case.at(consent.given_at)}, text {consent.text.version}{withdrawn}"


def _time(case: Case, writer: Writer) -> list[Flowable]:
    attempt = case.session.attempt
    if attempt is None:
        return []
    rows = [("Begun", case.at(attempt.started_at) if attempt.started_at else "Not yet")]
    rows += [("Time is up", case.at(attempt.deadline))] if attempt.deadline else []
    rows += [("Handed in", case.at(attempt.submitted_at))] if attempt.submitted_at else []
    rows += [(case.at(entry.at), _time_words(case, entry)) for entry in entries_of(attempt)]
    return [*writer.section("Time of the attempt"), writer.facts(rows)]


def _time_words(case: Case, entry: Entry) -> str:
    change = entry.change
    if change is None:
        return f"Break of {_minutes(entry.seconds)}." if entry.seconds else "Break begun."
    # Who granted an accommodation is not told to those who watch.
    told = change.kind != TimeChange.Kind.ACCOMMODATION
    who = f"{change.by.display_name}: " if change.by and told else ""
    why = f" Reason: {change.get_reason_display()}." if change.kind in ("added", "reopened") else ""
    note = f" “{change.note}”" if change.note else ""
    before = f" It had been handed in {case.at(change.handed_in_at)}." if change.handed_in_at else ""
    return f"{who}{change.get_kind_display()}, {_minutes(change.seconds)}.{why}{note}{before}"


def _candidate(case: Case, writer: Writer) -> Iterator[Flowable]:
    yield from writer.section("What the candidate says")
    if case.statements:
        yield writer.facts((case.at(one.at), one.text) for one in case.statements)
        yield writer.text("As they wrote it on this site; each is an entry of the log, too.", SMALL)
    else:
        yield writer.text(no_statement(case.session))
        yield writer.text("What they say elsewhere is to be filed with this report.", SMALL)


def _people(case: Case, writer: Writer) -> list[Flowable]:
    parts: list[Flowable] = writer.section("What people made of it")
    rows = [
        (case.at(one.at), f"{one.by.display_name} reviewed the session: {one.get_outcome_display()}.{_note(one.note)}")
        for one in case.reviews
    ]
    rows += [
        (
            case.at(one.at),
            f"{one.user.display_name}: {one.get_action_display().lower()}. "
            f"Reason: {one.get_reason_display()}.{_note(one.note)}",
        )
        for one in case.actions
    ]
    if not case.reviews:
        ended = case.session.state == Session.State.ENDED
        said = "Nobody has reviewed this session yet." if ended else "A session is reviewed when it has ended."
        parts.append(writer.text(said))
    if rows:
        parts.append(writer.facts(rows))
    parts.append(
        writer.text(
            "The newest review is the one that counts. Which events were confirmed or dismissed stands with each of "
            "them.",
            TEXT if rows else SMALL,
        )
    )
    return parts


def _integrity(case: Case, writer: Writer, session: Session) -> Iterator[Flowable]:
    events = case.purged(PurgeRecord.What.EVENTS)
    if events is not None:
        yield writer.text(
            f"The log, {events.count} entries, was deleted on {case.at(events.at)}, as was promised to the candidate. "
            "What is left is in this report."
        )
    pictures = case.purged(PurgeRecord.What.PICTURES)
    if pictures is not None:
        yield writer.text(
            f"{_count(pictures.count, 'picture')} of this session {_was(pictures.count)} deleted on "
            f"{case.at(pictures.at)}, as was promised to the candidate. Their hashes stay in the log."
        )
    yield writer.text(_verified(case), bold=True)
    yield from writer.points(str(one.sentence if one.sequence is None else f"Entry {one.sequence}: {one.sentence}")
                             for one in case.findings[:MOST_FINDINGS])  # fmt: skip
    if len(case.findings) > MOST_FINDINGS:
        yield writer.text(f"And {len(case.findings) - MOST_FINDINGS} more; `manage.py verify_evidence` names all.")
    if session.chain_head:
        yield writer.text(f"{_count(session.event_count, 'entry')}; the hash of the last:")
        yield writer.text(session.chain_head, CODE)
    yield writer.text(
        "Each entry’s SHA-256 covers what it says, its picture’s hash and the hash of the entry before, so changing, "
        "leaving out or moving one shows. It cannot show that somebody who may write to the database wrote the whole "
        "log anew: keep this report, whose last hash tells, outside the site.",
        SMALL,
    )


def _verified(case: Case) -> str:
    if not case.session.event_count:
        return "Nothing was recorded."
    if not case.findings:
        return f"Yes: checked on {case.at(case.made_at)}, every entry and every kept picture is as it was written."
    number = len(case.findings)
    if all(one.code in OF_PICTURES for one in case.findings):
        what = f"The log is; of its pictures {number} {_is(number)} missing or not as written."
    else:
        what = f"No: {_count(number, 'thing')} {_is(number)} not as written."
    return f"{what} Checked on {case.at(case.made_at)}."


def _note(note: str) -> str:
    return f" “{note}”" if note else ""


def _minutes(seconds: float) -> str:
    return in_words(timedelta(seconds=float(seconds)))


def _count(number: int, what: str) -> str:
    plural = f"{what[:-1]}ies" if what.endswith("y") else f"{what}s"
    return f"{number:,} {what if number == 1 else plural}"


def _is(number: int) -> str:
    return "is" if number == 1 else "are"


def _was(number: int) -> str:
    return "was" if number == 1 else "were"
