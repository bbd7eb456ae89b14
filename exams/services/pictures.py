"""Pictures of questions, taken from strangers' files: known by their content, drawn anew, kept under their digest."""

from __future__ import annotations

import hashlib
import io
import struct
import zlib
from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID

from django.core.files.base import ContentFile
from django.core.files.storage import default_storage
from django.db.models import Q
from PIL import Image, ImageOps

from exams.commonmark import pictures_in
from exams.errors import ExamError
from exams.models import Choice, Exam, Question, QuestionPicture, Section, User

FOLDER = "question_pictures"
MAX_BYTES = 5 * 1024 * 1024
MAX_PIXELS = 40_000_000
MAX_SIDE = 3_000  # pixels; what is larger is made smaller, as a thousand candidates fetch it in one minute
YOUNG = timedelta(hours=1)
_NAMES_A_PICTURE = Q(text__contains="picture:") | Q(match__contains="picture:") | Q(feedback__contains="picture:")
# By what is found in the file: how it is kept. Animations would distract; their first picture is kept.
_KEPT_AS = {"PNG": "PNG", "JPEG": "JPEG", "WEBP": "WEBP", "GIF": "PNG"}
_EXTENSIONS = {"PNG": "png", "JPEG": "jpg", "WEBP": "webp"}
# All that Pillow's decoders raise for files that are broken, or made to break them.
_BROKEN = (OSError, SyntaxError, ValueError, TypeError, EOFError, LookupError, OverflowError, struct.error, zlib.error)


class PictureRefused(ExamError):
    code = "picture_refused"
    message = "This picture cannot be used."


@dataclass(frozen=True, slots=True)
class Drawn:
    """A picture that was drawn anew from what the file showed: nothing else of the file is left in it."""

    data: bytes
    format: str
    width: int
    height: int

    @property
    def sha256(self) -> str:
        return hashlib.sha256(self.data).hexdigest()

    @property
    def content_type(self) -> str:
        return f"image/{self.format.lower()}"


def draw(data: bytes) -> Drawn:
    """Raises PictureRefused with what to do."""
    if len(data) > MAX_BYTES:
        raise PictureRefused(f"The picture has {len(data) / 1024 / 1024:.1f} MiB; 5 MiB are taken. Make it smaller.")
    try:
        with Image.open(io.BytesIO(data), formats=list(_KEPT_AS)) as image:
            if image.width * image.height > MAX_PIXELS:
                raise PictureRefused(
                    f"The picture has {image.width} × {image.height} pixels; {MAX_PIXELS:,} in all are taken."
                )
            return _drawn(image, _KEPT_AS[image.format or "PNG"])
    except (Image.DecompressionBombError, Image.DecompressionBombWarning) as error:
        raise PictureRefused(f"The picture has too many pixels; {MAX_PIXELS:,} in all are taken.") from error
    except _BROKEN as error:
        raise PictureRefused(
            "This is no picture, or a broken one. PNG, JPEG, GIF and WebP are taken; save an SVG as PNG."
        ) from error


def _drawn(image: Image.Image, format: str) -> Drawn:
    if image.mode.startswith(("I", "F")):
        raise PictureRefused("The picture has more than 8 bits a colour. Save it with 8 bits, as pages show it.")
    upright = ImageOps.exif_transpose(image)  # its note about which way is up goes with the others
    transparent = "transparency" in upright.info or upright.mode in {"LA", "PA", "RGBA"}
    upright = upright.convert("RGBA" if transparent and format != "JPEG" else "RGB")
    upright.info.clear()
    upright.thumbnail((MAX_SIDE, MAX_SIDE))
    buffer = io.BytesIO()
    if format == "PNG":
        upright.save(buffer, format, optimize=True)
    else:
        upright.save(buffer, format, quality=90)
    return Drawn(buffer.getvalue(), format, upright.width, upright.height)


def add_picture(*, exam: Exam, data: bytes, by: User | None) -> QuestionPicture:
    """The exam's picture with that content, made if there is none. Raises PictureRefused."""
    return keep_picture(exam=exam, drawn=draw(data), by=by)


def keep_picture(*, exam: Exam, drawn: Drawn, by: User | None) -> QuestionPicture:
    picture, _ = QuestionPicture.objects.get_or_create(
        exam=exam,
        sha256=drawn.sha256,
        defaults={
            "file": _stored(drawn),
            "content_type": drawn.content_type,
            "width": drawn.width,
            "height": drawn.height,
            "added_by": by,
        },
    )
    return picture


def _stored(drawn: Drawn) -> str:
    """One file for the same picture in several exams. It is never changed, and deleted once no exam has it."""
    name = f"{FOLDER}/{drawn.sha256[:2]}/{drawn.sha256}.{_EXTENSIONS[drawn.format]}"
    if default_storage.exists(name):
        return name
    return default_storage.save(name, ContentFile(drawn.data))


def used_pictures(exam: Exam) -> set[UUID]:
    """Those that a text of any version names."""
    questions = Question.objects.filter(section__version__exam=exam)
    choices = Choice.objects.filter(_NAMES_A_PICTURE, question__section__version__exam=exam)
    rows = [
        *Section.objects.filter(version__exam=exam).values_list("title", "text"),
        *questions.values_list("text", "guidance", "feedback"),
        *choices.values_list("text", "match", "feedback"),
    ]
    texts = [exam.instructions, *(text for row in rows for text in row)]
    return set().union(*map(pictures_in, texts))


def remove_picture(picture: QuestionPicture) -> None:
    """Raises PictureRefused while a question shows it. The file goes later, unless another exam has it too."""
    if picture.pk in used_pictures(picture.exam):
        sentence = "A question shows this picture. Take it out of the question’s text first."
        raise PictureRefused(sentence, code="picture_used")
    picture.delete()


def forget_unused_files(now: datetime) -> int:
    """Files that no exam has a picture of: what was removed, went with its exam, or whose import failed."""
    kept = set(QuestionPicture.objects.values_list("file", flat=True))
    forgotten = 0
    for folder in _listed(FOLDER)[0]:
        for file in _listed(f"{FOLDER}/{folder}")[1]:
            name = f"{FOLDER}/{folder}/{file}"
            # A file is there before its row; one this young may get it yet.
            if name not in kept and default_storage.get_modified_time(name) < now - YOUNG:
                default_storage.delete(name)
                forgotten += 1
    return forgotten


def _listed(path: str) -> tuple[list[str], list[str]]:
    try:
        return default_storage.listdir(path)
    except FileNotFoundError:
        return [], []
