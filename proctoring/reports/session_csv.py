"""The events of a session as CSV, safe to open in a spreadsheet."""

from __future__ import annotations

from exams.tables import BYTE_ORDER_MARK, table
from proctoring.models import Session
from proctoring.reports.record import DETAIL_KEYS, FURTHER, KEYS
from proctoring.reports.session_json import records_of


def session_csv(session: Session, *, base_url: str, detail: bool = False) -> str:
    """The documented columns of the integrity events, and after them what became of each; with ``detail``, every ledger
    and further columns.

    Without ``detail`` all is plain ASCII and goes without the mark, so that the first column's name is what a program
    reads.
    """
    columns = (*KEYS, *FURTHER, *DETAIL_KEYS) if detail else (*KEYS, *FURTHER)
    text = table(columns, records_of(session, base_url=base_url, detail=detail))
    return BYTE_ORDER_MARK + text if detail else text
