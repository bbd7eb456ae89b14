"""Institutions, people, exams, questions, attempts and answers. Knows no cameras."""

from exams.models.accommodations import Accommodation
from exams.models.attempts import Answer, Attempt, Break, TimeChange
from exams.models.exams import Enrolment, Exam, ExamQuerySet, ExamVersion, Pool, Section
from exams.models.marking import KeyCorrection, Mark, MarkChange, ResultsRelease
from exams.models.marking_runs import MarkingRun
from exams.models.outages import Heartbeat, Outage
from exams.models.people import Institution, Invitation, Membership, Role, User, validate_time_zone
from exams.models.question_imports import QuestionImport
from exams.models.questions import Choice, Question, QuestionPicture
from exams.models.rosters import RosterImport
from exams.models.sign_ins import FailedSignIn, SignInLock
from exams.models.tokens import ApiToken
from exams.models.webhooks import WebhookDelivery, WebhookEndpoint

__all__ = [
    "Accommodation",
    "Answer",
    "ApiToken",
    "Attempt",
    "Break",
    "Choice",
    "Enrolment",
    "Exam",
    "ExamQuerySet",
    "ExamVersion",
    "FailedSignIn",
    "Heartbeat",
    "Institution",
    "Invitation",
    "KeyCorrection",
    "Mark",
    "MarkChange",
    "MarkingRun",
    "Membership",
    "Outage",
    "Pool",
    "Question",
    "QuestionImport",
    "QuestionPicture",
    "ResultsRelease",
    "Role",
    "RosterImport",
    "Section",
    "SignInLock",
    "TimeChange",
    "User",
    "WebhookDelivery",
    "WebhookEndpoint",
    "validate_time_zone",
]
