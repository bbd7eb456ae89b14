"""A version's sections, pools, questions and points at a glance: what its author, and the API, are shown of it."""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal

from exams import selectors
from exams.item_of import trimmed
from exams.models import ExamVersion, Pool, Question, Section


@dataclass(frozen=True, slots=True)
class PoolGlance:
    pool: Pool
    points: tuple[Decimal, ...]  # of its questions, the smallest first

    @property
    def size(self) -> int:
        return len(self.points)

    @property
    def drawn(self) -> int:
        return min(self.pool.draw, self.size)

    @property
    def lowest(self) -> Decimal:
        return sum(self.points[: self.drawn], Decimal(0))

    @property
    def highest(self) -> Decimal:
        return sum(self.points[self.size - self.drawn :], Decimal(0))

    @property
    def uneven(self) -> bool:
        """Candidates get different maximum points from it."""
        return self.lowest != self.highest


@dataclass(frozen=True, slots=True)
class SectionGlance:
    section: Section
    questions: tuple[tuple[int, Question], ...]  # with their number in the whole exam
    pools: tuple[PoolGlance, ...]

    @property
    def asked(self) -> int:
        """How many questions a candidate gets."""
        return len(self._always) + sum(pool.drawn for pool in self.pools)

    @property
    def lowest(self) -> Decimal:
        return sum(self._always, Decimal(0)) + sum((pool.lowest for pool in self.pools), Decimal(0))

    @property
    def highest(self) -> Decimal:
        return sum(self._always, Decimal(0)) + sum((pool.highest for pool in self.pools), Decimal(0))

    @property
    def points(self) -> str:
        return span(self.lowest, self.highest)

    @property
    def _always(self) -> list[Decimal]:
        return [question.points for _, question in self.questions if question.pool_id is None]


@dataclass(frozen=True, slots=True)
class Glance:
    version: ExamVersion
    sections: tuple[SectionGlance, ...]

    @property
    def size(self) -> int:
        return sum(len(section.questions) for section in self.sections)

    @property
    def asked(self) -> int:
        return sum(section.asked for section in self.sections)

    @property
    def points(self) -> str:
        """What a candidate can reach; from … to … where pools make a difference."""
        return span(
            sum((section.lowest for section in self.sections), Decimal(0)),
            sum((section.highest for section in self.sections), Decimal(0)),
        )


def glance(version: ExamVersion) -> Glance:
    """Four queries, however many questions there are."""
    in_section: dict[int, list[tuple[int, Question]]] = {}
    in_pool: dict[int | None, list[Decimal]] = {}
    for number, question in enumerate(selectors.questions_of(version), start=1):
        in_section.setdefault(question.section_id, []).append((number, question))
        in_pool.setdefault(question.pool_id, []).append(question.points)
    return Glance(
        version,
        tuple(
            SectionGlance(
                section,
                tuple(in_section.get(section.pk, ())),
                tuple(PoolGlance(pool, tuple(sorted(in_pool.get(pool.pk, ())))) for pool in section.pools.all()),
            )
            for section in version.sections.prefetch_related("pools")
        ),
    )


def span(lowest: Decimal, highest: Decimal) -> str:
    return str(trimmed(highest)) if lowest == highest else f"{trimmed(lowest)} to {trimmed(highest)}"
