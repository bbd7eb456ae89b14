"""Telling an institution's own systems what happens here: signed, retried, and only to addresses that are allowed."""
