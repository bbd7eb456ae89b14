"""Pictures of questions: what is taken, what is left of the file, and who is shown one."""

from __future__ import annotations

import io
from uuid import UUID, uuid4

import pytest
from django.core.files.storage import default_storage
from django.test import Client
from django.utils import timezone
from PIL import Image, PngImagePlugin

from exams.markdown import render
from exams.models import Exam, QuestionPicture
from exams.services.pictures import MAX_BYTES, MAX_SIDE, PictureRefused, add_picture, draw
from tests import factories
from tests.factories import People


def picture(format: str = "PNG", mode: str = "RGB", size: tuple[int, int] = (40, 30), **options: object) -> bytes:
    buffer = io.BytesIO()
    Image.new(mode, size).save(buffer, format, **options)
    return buffer.getvalue()


def address(picture: QuestionPicture) -> str:
    return f"/pictures/{picture.pk}/"


# ---- What is taken ----
@pytest.mark.parametrize(
    ("format", "mode", "kept"),
    [
        ("PNG", "RGBA", "image/png"),
        ("PNG", "P", "image/png"),
        ("PNG", "1", "image/png"),
        ("JPEG", "CMYK", "image/jpeg"),
        ("GIF", "P", "image/png"),
        ("WEBP", "RGB", "image/webp"),
    ],
)
def test_pictures_are_known_by_their_content(format: str, mode: str, kept: str) -> None:
    drawn = draw(picture(format, mode))
    assert (drawn.content_type, drawn.width, drawn.height) == (kept, 40, 30)


SVG = b'<svg xmlns="http://www.w3.org/2000/svg"><script>alert(1)</script></svg>'
HTML = b"<html><script>alert(1)</script></html>"


@pytest.mark.parametrize(
    ("data", "sentence"),
    [
        (SVG, "This is no picture"),
        (HTML, "This is no picture"),
        (b"", "This is no picture"),
        (picture()[:60], "a broken one"),
        (picture("JPEG")[:300], "a broken one"),
        (picture("BMP"), "PNG, JPEG, GIF and WebP are taken"),
        (picture(mode="I;16"), "more than 8 bits"),
        (b"\x89PNG" + b"\0" * MAX_BYTES, "5 MiB are taken"),
        (picture(mode="1", size=(8000, 5001)), "pixels"),
        (picture(mode="1", size=(15000, 15000)), "pixels"),
    ],
)
def test_what_is_no_picture_is_refused_with_what_to_do(data: bytes, sentence: str) -> None:
    with pytest.raises(PictureRefused, match=sentence):
        draw(data)


def test_nothing_of_the_file_but_what_it_shows_is_left() -> None:
    notes = PngImagePlugin.PngInfo()
    notes.add_text("Comment", "the right answer is B")
    assert b"right answer" not in draw(picture(pnginfo=notes) + b"<script>the right answer</script>").data
    exif = Image.Exif()
    exif[0x010E] = "the right answer"
    assert b"right answer" not in draw(picture("JPEG", exif=exif)).data


def test_a_photo_on_its_side_is_put_upright() -> None:
    exif = Image.Exif()
    exif[0x0112] = 6
    drawn = draw(picture("JPEG", exif=exif))
    assert (drawn.width, drawn.height) == (30, 40)


def test_a_transparent_picture_stays_transparent() -> None:
    with Image.open(io.BytesIO(draw(picture("GIF", "P", transparency=0)).data)) as drawn:
        assert drawn.convert("RGBA").getpixel((0, 0)) == (0, 0, 0, 0)


def test_a_large_picture_is_made_smaller() -> None:
    assert draw(picture(mode="1", size=(MAX_SIDE * 2, 100))).width == MAX_SIDE


def test_the_same_picture_is_kept_once_an_exam_and_its_file_once(people: People) -> None:
    exam, other = factories.exam(people.institution), factories.exam(people.institution)
    first = add_picture(exam=exam, data=picture(), by=people.author)
    assert add_picture(exam=exam, data=picture(), by=people.author) == first
    elsewhere = add_picture(exam=other, data=picture(), by=people.author)
    assert elsewhere != first
    assert elsewhere.file == first.file
    assert default_storage.exists(first.file)


# ---- Who is shown one ----
@pytest.fixture
def people(db: None) -> People:
    return factories.people()


@pytest.fixture
def exam(people: People) -> Exam:
    return factories.exam(people.institution, candidates=(people.candidate, people.other_candidate))


@pytest.fixture
def shown(exam: Exam) -> QuestionPicture:
    return add_picture(exam=exam, data=picture(), by=None)


@pytest.mark.parametrize("who", ["superuser", "administrator", "author", "reviewer"])
def test_who_writes_and_marks_questions_is_shown_it(
    client: Client, people: People, shown: QuestionPicture, who: str
) -> None:
    client.force_login(getattr(people, who))
    answer = client.get(address(shown))
    assert answer.status_code == 200
    assert answer.content == draw(picture()).data


@pytest.mark.parametrize(
    "who", ["proctor", "candidate", "other_candidate", "foreign_administrator", "foreign_reviewer", "foreign_candidate"]
)
def test_to_everybody_else_there_is_none(client: Client, people: People, shown: QuestionPicture, who: str) -> None:
    client.force_login(getattr(people, who))
    assert client.get(address(shown)).status_code == 404


def test_a_candidate_is_shown_it_once_they_have_begun(
    client: Client, people: People, exam: Exam, shown: QuestionPicture
) -> None:
    attempt = factories.attempt(exam, people.candidate)
    client.force_login(people.candidate)
    assert client.get(address(shown)).status_code == 404
    attempt.started_at = timezone.now()
    attempt.save()
    assert client.get(address(shown)).status_code == 200
    client.force_login(people.other_candidate)
    assert client.get(address(shown)).status_code == 404


def test_somebody_who_left_is_shown_nothing(client: Client, people: People, shown: QuestionPicture) -> None:
    people.author.memberships.all().delete()
    client.force_login(people.author)
    assert client.get(address(shown)).status_code == 404


def test_who_is_not_signed_in_is_sent_to_sign_in(client: Client, shown: QuestionPicture) -> None:
    assert client.get(address(shown)).status_code == 302


def test_it_is_shown_as_a_picture_or_not_at_all(client: Client, people: People, shown: QuestionPicture) -> None:
    client.force_login(people.author)
    answer = client.get(address(shown))
    assert answer["Content-Type"] == "image/png"
    assert answer["X-Content-Type-Options"] == "nosniff"
    assert answer["Content-Security-Policy"] == "default-src 'none'; sandbox"
    assert answer["Cache-Control"].startswith("private")
    assert client.post(address(shown)).status_code == 405


def test_a_missing_file_is_a_missing_picture(client: Client, people: People, shown: QuestionPicture) -> None:
    default_storage.delete(shown.file)
    client.force_login(people.author)
    assert client.get(address(shown)).status_code == 404
    assert client.get(f"/pictures/{uuid4()}/").status_code == 404


def test_texts_lead_to_it(shown: QuestionPicture) -> None:
    assert f'src="{address(shown)}"' in render(f"![x](picture:{UUID(str(shown.pk))})")
