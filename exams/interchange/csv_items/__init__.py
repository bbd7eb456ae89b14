"""Questions as CSV."""

from exams.interchange.csv_items.reading import parse
from exams.interchange.csv_items.writing import losses, write

__all__ = ["losses", "parse", "write"]
