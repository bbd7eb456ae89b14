"""Addresses of sessions, live pictures, evidence and exports."""

from __future__ import annotations

from django.urls import URLPattern

urlpatterns: list[URLPattern] = []
