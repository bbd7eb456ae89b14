"""Moodle XML."""

from exams.interchange.moodle_xml.reading import parse
from exams.interchange.moodle_xml.writing import losses, write

__all__ = ["losses", "parse", "write"]
