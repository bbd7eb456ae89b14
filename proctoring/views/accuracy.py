"""How often the program is wrong, for those it looks at: open to everybody, since it holds nobody's data."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render

from proctoring.evaluation.results import in_plain_words


def how_often_wrong(request: HttpRequest) -> HttpResponse:
    return render(request, "candidate/how_often_wrong.html", {"parts": in_plain_words()})
