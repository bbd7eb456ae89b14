"""A session's report as PDF: what a proctor or a board files with a case."""
