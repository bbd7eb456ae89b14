"""Sessions under watch, their events, evidence, consents and what was done by people.

Only ``proctoring.services`` and ``proctoring.evidence`` write these; only ``proctoring.selectors`` hands them out.
"""

from proctoring.models.accommodations import DetectorAccommodation
from proctoring.models.consents import Consent, ConsentText
from proctoring.models.events import BrowserSignal, Event, RiskSample
from proctoring.models.pictures import WaitingPicture
from proctoring.models.policies import (
    LONGEST_KEEP_DAYS,
    SHORTEST_KEEP_DAYS,
    ExamPolicy,
    PolicyFields,
    PolicyPreset,
    PolicyRule,
    PresetRule,
    RecordShown,
    RuleFields,
)
from proctoring.models.records import Export, ProctorAction, PurgeRecord
from proctoring.models.reviews import EventVerdict, SessionReview
from proctoring.models.sessions import Session
from proctoring.models.statements import Statement

__all__ = [
    "LONGEST_KEEP_DAYS",
    "SHORTEST_KEEP_DAYS",
    "BrowserSignal",
    "Consent",
    "ConsentText",
    "DetectorAccommodation",
    "Event",
    "EventVerdict",
    "ExamPolicy",
    "Export",
    "PolicyFields",
    "PolicyPreset",
    "PolicyRule",
    "PresetRule",
    "ProctorAction",
    "PurgeRecord",
    "RecordShown",
    "RiskSample",
    "RuleFields",
    "Session",
    "SessionReview",
    "Statement",
    "WaitingPicture",
]
