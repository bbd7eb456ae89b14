"""What happens to an attempt's time, and to exams, for those who keep something beside them. Sent inside the
transaction that does it; ``publishing`` also by the page that says what follows.

Whoever answers and locks rows of its own does so on ``locking``, which comes before the attempts are locked: rows are
always locked in one order, so that no two transactions wait for each other.
"""

from __future__ import annotations

from django.dispatch import Signal

locking = Signal()  # attempt_ids: list[UUID]
time_changed = Signal()  # attempt: Attempt, change: TimeChange | None (None: only what may still be taken has changed)
outage_credited = Signal()  # changes: Sequence[TimeChange], one of each attempt that was given the outage's time back
reopened = Signal()  # attempt: Attempt, change: TimeChange
break_began = Signal()  # attempt: Attempt, taken: Break
# accommodation: Accommodation, by: User, what: "granted", "changed" or "revoked"; before time that it brings is given
accommodation_changed = Signal()
copied = Signal()  # exam: Exam, copy: Exam
# exam: Exam, by: User; answered with a list of exams.undecided.Undecided, as that person may know it
publishing = Signal()
break_ended = Signal()  # attempt: Attempt, taken: Break
