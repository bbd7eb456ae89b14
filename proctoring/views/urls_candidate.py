"""Addresses of the candidate's pages."""

from __future__ import annotations

from django.urls import path

from proctoring.views import accuracy, candidate, own_record, room

urlpatterns = [
    path("", candidate.home, name="home"),
    path("exams/<int:exam_id>/", candidate.exam, name="exam"),
    path("how-often-wrong/", accuracy.how_often_wrong, name="how_often_wrong"),
    path("practice/", candidate.practice, name="practice"),
    path("attempts/<uuid:attempt_id>/", room.unwatched_room, name="unwatched_room"),
    path("attempts/<uuid:attempt_id>/record/", own_record.page, name="own_record"),
    path("sessions/<uuid:session_id>/", room.room, name="room"),
]
