"""Inputs nobody meant to send, by the hundred thousand: `make fuzz`, and a few of each in `make test`.

A target (``targets/``) takes bytes and may refuse them, but only as its callers expect it to. ``engine`` makes the
bytes: with atheris, which follows what new code each input reaches, or from the target's own examples alone.
"""
