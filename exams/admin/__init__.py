"""The admin of everything around exams; each module registers its own pages."""

from exams.admin import exams, invitations, marking, parts, people, questions, rosters, sign_ins, tokens, webhooks

__all__ = ["exams", "invitations", "marking", "parts", "people", "questions", "rosters", "sign_ins", "tokens", "webhooks"]
