"""Files of questions and pictures for trying the admin's pages for them."""

from __future__ import annotations

import io
from base64 import b64encode
from typing import Any

from django.core.files.storage import default_storage
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from PIL import Image

from exams.interchange.formats import FORMATS
from exams.models import Exam, QuestionImport, User
from exams.services import question_imports
from exams.services.pending_imports import PendingImport, content_of, folder_of

GIFT = b"""$CATEGORY: $course$/top/Planets

::Largest::Which is the largest? {~Mars =Jupiter ~Saturn}

::Broken::Which? {~Mars}

$CATEGORY: $course$/top/Numbers

::Pi::How much is \\(\\pi\\)? {#3.14:0.01#Yes}
"""


MANY = b"::Q:: a {=x ~y}\n\n" * (question_imports.FEW_QUESTIONS + 1)


def png() -> bytes:
    buffer = io.BytesIO()
    Image.new("RGB", (40, 30), (200, 30, 30)).save(buffer, "PNG")
    return buffer.getvalue()


def xml_with_picture(data: bytes) -> bytes:
    file = f'<file name="map.png" path="/" encoding="base64">{b64encode(data).decode()}</file>'
    text = '<text><![CDATA[<img src="@@PLUGINFILE@@/map.png" alt="A map"> Where?]]></text>'
    question = f'<question type="essay"><questiontext format="html">{text}{file}</questiontext></question>'
    return f"<quiz>{question}</quiz>".encode()


def url(exam: Exam, page: str = "import") -> str:
    return f"/admin/exams/exam/{exam.pk}/{page}/"


def upload(client: Client, exam: Exam, data: bytes = GIFT, name: str = "questions.txt", **fields: str) -> Any:
    file = SimpleUploadedFile(name, data)
    return client.post(url(exam), {"file": file, **fields}, follow=True)


def looked_at(exam: Exam, by: User, data: bytes = GIFT, format: str = "gift") -> PendingImport:
    return content_of(uploaded(exam, by, data, format))


def uploaded(exam: Exam, by: User, data: bytes = GIFT, format: str = "gift") -> QuestionImport:
    name = "questions.txt"
    return question_imports.upload(exam=exam, by=by, file_name=name, data=data, format=FORMATS[format])


def large(data: bytes = GIFT) -> bytes:
    """The same questions in a file of GIFT that is not read within the request."""
    return data + b"\n// a line that nobody reads" * (question_imports.AT_ONCE // 20)


def names_in(row: QuestionImport) -> set[str]:
    return set(default_storage.listdir(folder_of(row))[1]) if default_storage.exists(folder_of(row)) else set()


def shape(row: QuestionImport) -> tuple[str, str]:
    row.refresh_from_db()
    return row.state, row.error
