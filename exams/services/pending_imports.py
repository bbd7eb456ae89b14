"""What lies in the storage of files of questions that are not imported yet: privately, for who uploaded them.

First the file itself, until it is read; then what was read. How far each is stands in its row: see
``question_imports``.
"""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Iterator, Sequence
from dataclasses import asdict, dataclass, replace
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from django.core.files.base import ContentFile
from django.core.files.storage import default_storage

from exams.commonmark import pictures_in
from exams.errors import ExamError
from exams.interchange import stored
from exams.interchange.base import ParsedItem, ParseResult, Picture, Progress, checked, nobody_waits
from exams.interchange.formats import FORMATS
from exams.items import Item
from exams.models import QuestionImport, QuestionPicture, User
from exams.services.pictures import Drawn, PictureRefused, draw

FOLDER = "question_imports"
UPLOAD = "upload"
QUESTIONS = "questions.json"
KEPT = timedelta(days=1)


class NoLongerThere(ExamError):
    code = "import_gone"
    message = (
        "This file is not there any more: it was deleted, or is older than a day. "
        "If its questions are not in the exam, upload it again."
    )


@dataclass(frozen=True, slots=True)
class PendingImport:
    """``pictures``: what the texts show and the exam has not yet, with the sizes they were drawn in."""

    row: QuestionImport
    result: ParseResult
    pictures: dict[UUID, PendingPicture]


@dataclass(frozen=True, slots=True)
class PendingPicture:
    format: str
    width: int
    height: int


def keep_upload(row: QuestionImport, data: bytes) -> None:
    default_storage.save(f"{folder_of(row)}/{UPLOAD}", ContentFile(data))


def uploaded(row: QuestionImport) -> bytes:
    return _read(f"{folder_of(row)}/{UPLOAD}")


def drop_upload(row: QuestionImport) -> None:
    default_storage.delete(f"{folder_of(row)}/{UPLOAD}")


def look_at(row: QuestionImport, data: bytes, progress: Progress = nobody_waits) -> PendingImport:
    """Reads the file and keeps what came of it. Nothing is written into the exam. ``progress`` is told hundredths:
    the questions are one half, their pictures the other, and may raise to have it stopped."""
    result = FORMATS[row.format].parse(data, lambda done, total: progress(50 * done // total, 100))
    pictures_found = [picture for parsed in result.items for picture in parsed.pictures]
    drawn, refused = _draw(pictures_found, lambda done, total: progress(50 + 50 * done // total, 100))
    known = set(QuestionPicture.objects.filter(exam=row.exam_id).values_list("pk", flat=True)) | set(drawn)
    result = replace(result, items=[checked(_with_pictures(parsed, known, refused)) for parsed in result.items])
    pictures = {id: PendingPicture(picture.format, picture.width, picture.height) for id, picture in drawn.items()}
    pending = PendingImport(row, result, pictures)
    for id, picture in drawn.items():
        progress(100, 100)
        default_storage.save(_picture_name(row, id, picture.format), ContentFile(picture.data))
    default_storage.save(f"{folder_of(row)}/{QUESTIONS}", ContentFile(_written(pending).encode()))
    return pending


def content_of(row: QuestionImport) -> PendingImport:
    """What was read. Raises NoLongerThere."""
    try:
        data: dict[str, Any] = json.loads(_read(f"{folder_of(row)}/{QUESTIONS}"))
    except FileNotFoundError:
        raise NoLongerThere from None
    pictures = {UUID(id): PendingPicture(**picture) for id, picture in data["pictures"].items()}
    result = stored.load(data["result"])
    return PendingImport(row, result, pictures)


def drawn_pictures(pending: PendingImport) -> Iterator[tuple[UUID, Drawn]]:
    for id, picture in pending.pictures.items():
        data = _read(_picture_name(pending.row, id, picture.format))
        yield id, Drawn(data, picture.format, picture.width, picture.height)


def pending_picture(by: User, picture_id: UUID) -> tuple[bytes, str] | None:
    """Content and type of a picture in a file that the person is looking at, before it is an exam's."""
    for folder in _folders(f"{FOLDER}/{by.pk}"):
        for name in _files(f"{FOLDER}/{by.pk}/{folder}"):
            if name.startswith(f"{picture_id}."):
                return _read(f"{FOLDER}/{by.pk}/{folder}/{name}"), f"image/{name.rpartition('.')[2]}"
    return None


def discard(row: QuestionImport) -> None:
    _delete(folder_of(row))


def sweep(now: datetime) -> None:
    """What was left behind by rows that are gone."""
    known = {str(pk) for pk in QuestionImport.objects.values_list("pk", flat=True)}
    for person in _folders(FOLDER):
        for folder in _folders(f"{FOLDER}/{person}"):
            if folder in known:
                continue
            path = f"{FOLDER}/{person}/{folder}"
            written = [default_storage.get_modified_time(f"{path}/{name}") for name in _files(path)]
            if all(moment < now - KEPT for moment in written):  # a file is there before its row
                _delete(path)


def _draw(pictures: Sequence[Picture], progress: Progress) -> tuple[dict[UUID, Drawn], dict[UUID, str]]:
    drawn: dict[UUID, Drawn] = {}
    refused: dict[UUID, str] = {}
    for number, picture in enumerate(pictures):
        progress(number, len(pictures))
        if picture.id in drawn or picture.id in refused:
            continue
        try:
            drawn[picture.id] = draw(picture.data)
        except PictureRefused as error:
            refused[picture.id] = f"The picture “{picture.name[:80]}” is left out: {error.message}"
    return drawn, refused


def _with_pictures(parsed: ParsedItem, known: set[UUID], refused: dict[UUID, str]) -> ParsedItem:
    """Texts name only pictures there are; of others their words stay."""
    parsed = replace(parsed, pictures=())
    if parsed.item is None:
        return parsed
    missing = _named_in(parsed.item) - known
    if not missing:
        return parsed
    gone = "There is no picture {} in this exam; its words stay."
    problems = [refused.get(picture, gone.format(picture)) for picture in missing]
    return replace(parsed, item=_without(parsed.item, missing), problems=[*parsed.problems, *sorted(problems)])


def _named_in(item: Item) -> set[UUID]:
    return set().union(*map(pictures_in, texts_of(item)))


def texts_of(item: Item) -> list[str]:
    parts = [text for choice in item.choices for text in (choice.text, choice.match, choice.feedback)]
    return [item.text, item.guidance, item.feedback, *parts]


def map_texts(item: Item, change: Callable[[str], str]) -> Item:
    choices = tuple(
        replace(choice, text=change(choice.text), match=change(choice.match), feedback=change(choice.feedback))
        for choice in item.choices
    )
    return replace(
        item, text=change(item.text), guidance=change(item.guidance), feedback=change(item.feedback), choices=choices
    )


def _without(item: Item, pictures: set[UUID]) -> Item:
    names = "|".join(map(str, pictures))
    pattern = re.compile(rf"!\[((?:\\.|[^\]\\])*)\]\(picture:(?:{names})\)", re.IGNORECASE)
    return map_texts(item, lambda text: pattern.sub(r"\1", text))


def folder_of(row: QuestionImport) -> str:
    return f"{FOLDER}/{row.by_id}/{row.pk}"


def _folders(path: str) -> list[str]:
    return _listed(path)[0]


def _files(path: str) -> list[str]:
    return _listed(path)[1]


def _listed(path: str) -> tuple[list[str], list[str]]:
    try:
        return default_storage.listdir(path)
    except FileNotFoundError:
        return [], []


def _read(name: str) -> bytes:
    with default_storage.open(name) as file:
        return bytes(file.read())


def _picture_name(row: QuestionImport, id: UUID, format: str) -> str:
    return f"{folder_of(row)}/{id}.{format.lower()}"


def _written(pending: PendingImport) -> str:
    return json.dumps(
        {
            "pictures": {str(id): asdict(picture) for id, picture in pending.pictures.items()},
            "result": stored.dump(pending.result),
        }
    )


def _delete(path: str) -> None:
    for name in _files(path):
        default_storage.delete(f"{path}/{name}")
    default_storage.delete(path)  # the folder, where the storage has such
