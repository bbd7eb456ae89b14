"""One slot per session: the newest frame wins, the others are answered and counted, and nobody starves."""

from __future__ import annotations

import asyncio

from proctoring.analysis.mailbox import Job, Mailbox
from proctoring.analysis.verdict import STOPPED, SUPERSEDED, NotAnalysed
from proctoring.observation import Looks
from tests.live.waiting import until


def job(session: str, jpeg: bytes = b"") -> Job:
    return Job(session, jpeg, Looks.NONE, asyncio.get_running_loop().create_future())


async def test_newest_frame_wins_and_the_older_is_answered_and_counted() -> None:
    mailbox = Mailbox()
    first, second = job("a", b"1"), job("a", b"2")
    mailbox.put(first)
    mailbox.put(second)
    assert await first.future == NotAnalysed(SUPERSEDED)
    assert mailbox.superseded == 1
    assert mailbox.take(0) is second
    assert mailbox.take(0) is None


async def test_the_session_that_waits_longest_is_next() -> None:
    mailbox = Mailbox()
    for session in "abc":
        mailbox.put(job(session))
    taken = [mailbox.take(0) for _ in range(3)]
    assert [each.session_id for each in taken if each] == ["a", "b", "c"]


async def test_sending_faster_wins_nothing() -> None:
    mailbox = Mailbox()
    served: list[str] = []
    for _ in range(6):
        for _ in range(5):
            mailbox.put(job("greedy"))
        mailbox.put(job("modest"))
        taken = mailbox.take(0)
        assert taken
        served.append(taken.session_id)
        mailbox.done(taken)
    assert served == ["greedy", "modest"] * 3


async def test_a_newer_frame_keeps_the_place_of_its_session() -> None:
    mailbox = Mailbox()
    mailbox.put(job("a"))
    mailbox.put(job("b"))
    newer = job("a")
    mailbox.put(newer)
    assert mailbox.take(0) is newer


async def test_a_session_is_never_judged_by_two_workers_at_once() -> None:
    mailbox = Mailbox()
    first, second = job("a"), job("a")
    mailbox.put(first)
    assert mailbox.take(0) is first
    mailbox.put(second)
    assert mailbox.take(0) is None
    mailbox.done(first)
    assert mailbox.take(0) is second


async def test_it_tells_how_long_the_oldest_frame_has_waited() -> None:
    mailbox = Mailbox()
    assert mailbox.longest_wait() == 0
    old, new = job("a"), job("b")
    old.submitted -= 40
    new.submitted -= 20
    mailbox.put(old)
    mailbox.put(new)
    assert 40 <= mailbox.longest_wait() < 60
    mailbox.take(0)
    assert 20 <= mailbox.longest_wait() < 40
    mailbox.take(0)
    assert mailbox.longest_wait() == 0  # those that are looked at wait no more


async def test_a_frame_taken_back_is_not_judged() -> None:
    mailbox = Mailbox()
    only = job("a")
    mailbox.put(only)
    assert mailbox.withdraw(only)
    assert not mailbox.withdraw(only)
    assert mailbox.take(0) is None


async def test_a_frame_ahead_is_one_that_nobody_idle_takes() -> None:
    mailbox = Mailbox()
    assert mailbox.take_ahead() is None
    waiting = asyncio.create_task(asyncio.to_thread(mailbox.take, 10.0))
    await until(lambda: mailbox._idle == 1)
    first, second = job("a"), job("b")
    with mailbox._condition:  # the idle one is awake only after both have come
        mailbox.put(first)
        assert mailbox.take_ahead() is None
        mailbox.put(second)
        assert mailbox.take_ahead() is first
    assert await waiting is second
    mailbox.put(job("a"))  # its session is busy
    assert mailbox.take_ahead() is None


async def test_a_frame_given_back_is_the_next() -> None:
    mailbox = Mailbox()
    first, second = job("a"), job("b")
    mailbox.put(first)
    mailbox.put(second)
    assert mailbox.take(0) is first
    mailbox.give_back(first)
    assert [mailbox.take(0), mailbox.take(0)] == [first, second]


async def test_a_frame_given_back_gives_way_to_a_newer_one_and_to_the_end() -> None:
    mailbox = Mailbox()
    first, newer = job("a"), job("a")
    mailbox.put(first)
    assert mailbox.take(0) is first
    mailbox.put(newer)
    mailbox.give_back(first)
    assert await first.future == NotAnalysed(SUPERSEDED)
    assert mailbox.superseded == 1
    assert mailbox.take(0) is newer
    mailbox.close()
    mailbox.give_back(newer)
    assert await newer.future == NotAnalysed(STOPPED)
    assert mailbox.take(0) is None


async def test_closing_answers_what_waits_and_what_comes_later() -> None:
    mailbox = Mailbox()
    waiting, later = job("a"), job("b")
    mailbox.put(waiting)
    mailbox.close()
    mailbox.put(later)
    assert await waiting.future == NotAnalysed(STOPPED)
    assert await later.future == NotAnalysed(STOPPED)
