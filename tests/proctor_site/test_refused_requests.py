"""What the log says of a request that was refused: a line. Of one that failed: all there is."""

from __future__ import annotations

import logging

import pytest
from django.test import Client

from exams.models import Role
from tests import factories

pytestmark = pytest.mark.django_db
REFUSED = ["/admin/exams/outage/", "/admin/exams/webhookendpoint/", "/admin/proctoring/session/", "/exams/4711/"]


@pytest.mark.parametrize("url", REFUSED)
def test_a_refusal_is_one_line_without_names(client: Client, caplog: pytest.LogCaptureFixture, url: str) -> None:
    author = factories.user("ada.lovelace", role=Role.AUTHOR, first_name="Ada")
    client.force_login(author)
    assert client.get(f"{url}?q=Lovelace").status_code in {403, 404}
    [record] = [each for each in caplog.records if each.name == "django.request"]
    assert record.levelno == logging.WARNING
    assert record.exc_info is None
    line = caplog.handler.format(record)
    assert url in line
    assert "lovelace" not in line.lower()
    assert len(line.splitlines()) == 1


def test_so_is_one_of_the_api(client: Client, caplog: pytest.LogCaptureFixture) -> None:
    exam = factories.exam()
    client.force_login(factories.user(role=Role.PROCTOR, at=exam.institution))
    answer = client.patch(f"/api/v1/exams/{exam.pk}/", {"title": "Mine"}, content_type="application/json")
    assert answer.status_code == 403
    [record] = [each for each in caplog.records if each.name == "django.request"]
    assert record.exc_info is None


def test_the_traceback_of_an_error_stays(caplog: pytest.LogCaptureFixture) -> None:
    try:
        raise ValueError("a fault of ours")
    except ValueError:
        logging.getLogger("django.request").exception("Internal Server Error: /")
    assert "a fault of ours" in caplog.text
    assert "Traceback" in caplog.text
