"""An XML file as a tree whose every element knows its line. Entities and declarations of types are refused unread."""

from __future__ import annotations

import xml.sax  # nosec: only its exceptions; the parser below is the defused one
from collections.abc import Iterator
from dataclasses import dataclass, field
from xml.sax.handler import ContentHandler

import defusedxml.sax
from defusedxml.common import DefusedXmlException

from exams.interchange.base import Unreadable, check_size

DEEPEST = 100


@dataclass(slots=True)
class Node:
    tag: str
    line: int
    attributes: dict[str, str]
    children: list[Node] = field(default_factory=list)
    pieces: list[str] = field(default_factory=list)

    @property
    def own_text(self) -> str:
        return "".join(self.pieces)

    def all(self, tag: str) -> Iterator[Node]:
        return (child for child in self.children if child.tag == tag)

    def first(self, tag: str) -> Node | None:
        return next(self.all(tag), None)

    def text(self, tag: str, default: str = "") -> str:
        """What stands in the first such child, or in the ``<text>`` inside it, which Moodle uses for both."""
        child = self.first(tag)
        if child is None:
            return default
        inner = child.first("text")
        return (child if inner is None else inner).own_text.strip() or default


def tree_of(data: bytes) -> Node:
    """Raises Unreadable with the line."""
    check_size(data)
    handler = _Builder()
    try:
        defusedxml.sax.parseString(data, handler, forbid_dtd=True)
    except xml.sax.SAXParseException as error:
        line = error.getLineNumber() or 1
        raise Unreadable(
            f"Line {line} is not XML ({error.getMessage()}). Export the file again, or mend that line.", line
        ) from error
    except DefusedXmlException as error:
        raise Unreadable(
            "The file declares a document type or entities, which no file of Moodle does. Take them out.", handler.line
        ) from error
    except (ValueError, LookupError) as error:  # an encoding that is unknown, or not the one the file is in
        raise Unreadable(
            "The file is not in the encoding that its first line names. Save it as UTF-8.", handler.line
        ) from error
    if handler.root is None:
        raise Unreadable("The file is empty.")
    return handler.root


class _Builder(ContentHandler):
    def __init__(self) -> None:
        super().__init__()
        self.root: Node | None = None
        self._open: list[Node] = []

    @property
    def line(self) -> int:
        locator = self._locator  # type: ignore[attr-defined]
        return (locator.getLineNumber() if locator is not None else 0) or 1

    def startElement(self, name: str, attrs: xml.sax.xmlreader.AttributesImpl) -> None:
        if len(self._open) >= DEEPEST:
            raise Unreadable(f"Line {self.line} has more than {DEEPEST} elements in each other.", self.line)
        node = Node(name, self.line, dict(attrs.items()))
        if self._open:
            self._open[-1].children.append(node)
        elif self.root is None:
            self.root = node
        self._open.append(node)

    def endElement(self, name: str) -> None:
        self._open.pop()

    def characters(self, content: str) -> None:
        if self._open:
            self._open[-1].pieces.append(content)
