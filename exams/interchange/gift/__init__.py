"""GIFT, Moodle's text format."""

from exams.interchange.gift.reading import parse
from exams.interchange.gift.writing import losses, write

__all__ = ["losses", "parse", "write"]
