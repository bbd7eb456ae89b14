"""One module a target; each has a ``TARGET``. Imported by name (``tests.fuzz.target.load``)."""
