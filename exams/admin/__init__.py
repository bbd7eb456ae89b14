"""The admin of everything around exams; each module registers its own pages."""

from exams.admin import exams, people, questions, rosters, sign_ins, webhooks

__all__ = ["exams", "people", "questions", "rosters", "sign_ins", "webhooks"]
