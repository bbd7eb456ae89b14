"""Texts of a question in Moodle XML: HTML with the files it shows, and beside it the Markdown it was made from."""

from __future__ import annotations

from base64 import b64decode
from collections.abc import Iterator, Mapping
from pathlib import PurePosixPath
from uuid import UUID

from exams.interchange.base import Fault, HtmlBudget, shown
from exams.interchange.html_reading import TextReader
from exams.interchange.html_writing import html_of, plain_of
from exams.interchange.moodle_xml.tree import Node

# An element of our own, which Moodle passes over: Markdown says things that HTML made of it does not say back.
SOURCE = "markdown"


class QuestionReader(TextReader):
    """Reads the parts of one ``<question>``."""

    def __init__(self, question: Node, budget: HtmlBudget) -> None:
        super().__init__(budget=budget)
        self.question = question
        self.format = _format(question.first("questiontext"), "html")

    def element(self, node: Node | None, default: str = "") -> str:
        """``default``: the format where none is named, which is that of the question's text unless told otherwise."""
        if node is None:
            return ""
        raw = raw_text(node)
        self.files = dict(self._files(node))
        source = node.first(SOURCE)
        if source is not None and html_of(source.own_text, _names(self.files)) == raw:
            return self._own_pictures(source.own_text)
        return self.read(raw, _format(node, default or self.format))

    def right_side(self, node: Node | None) -> str:
        """Of a pair: plain text to Moodle."""
        if node is None:
            return ""
        source = node.first(SOURCE)
        if source is not None and plain_of(source.own_text) == raw_text(node):
            return source.own_text
        return self.read(raw_text(node), "plain_text")

    def _own_pictures(self, source: str) -> str:
        for picture, name in _names(self.files).items():
            source = source.replace(f"picture:{picture}", f"picture:{self.keep(name).id}")
        return source

    def _files(self, node: Node) -> Iterator[tuple[str, bytes]]:
        for file in node.all("file"):
            name = (file.attributes.get("path", "/") + file.attributes.get("name", "")).lstrip("/")
            try:
                yield name, b64decode(file.own_text)
            except ValueError:  # also what binascii.Error is
                self.say(f"The file {shown(name)} in line {file.line} is broken, and is left out.")


def raw_text(node: Node) -> str:
    text = node.first("text")
    if text is not None and text.children:
        raise Fault(f"In line {text.line} tags stand outside of <![CDATA[ … ]]>. Put the text into one.")
    return (node if text is None else text).own_text.strip()


def _names(files: Mapping[str, bytes]) -> dict[UUID, str]:
    """Our own files are called after the picture that the Markdown names."""
    names = {}
    for name in files:
        try:
            names[UUID(PurePosixPath(name).stem)] = name
        except ValueError:
            continue
    return names


def _format(node: Node | None, default: str) -> str:
    return default if node is None else node.attributes.get("format", default)
