from __future__ import annotations

import threading

import pytest
from django.test import Client
from prometheus_client.parser import text_string_to_metric_families
from pytest_django import Settings

from proctor_site import background
from proctor_site.celery import app
from proctoring.analysis.metrics import metrics
from proctoring.live import prometheus
from tests.live.crowd import World, senders

TOKEN = "correct-horse"
ELSEWHERE = "203.0.113.5"
Samples = dict[tuple[str, tuple[str, ...]], float]


def samples() -> Samples:
    text = Client().get("/metrics").content.decode()
    found = [sample for family in text_string_to_metric_families(text) for sample in family.samples]
    return {(sample.name, tuple(sample.labels.values())): sample.value for sample in found}


def bearer(token: str) -> dict[str, str]:
    return {"authorization": f"Bearer {token}"}


def test_it_is_prometheus_text_format() -> None:
    answer = Client().get("/metrics")
    assert answer.headers["Content-Type"] == "text/plain; version=0.0.4; charset=utf-8"
    assert "no-store" in answer.headers["Cache-Control"]
    assert b"# TYPE proctor_frames_received_total counter\n" in answer.content


def test_what_was_counted_is_there_by_its_name() -> None:
    before = samples()
    counted = {
        "frames_received": ("proctor_frames_received_total", ()),
        "frames_analysed": ("proctor_frames_analysed_total", ()),
        "frames_not_analysed_superseded": ("proctor_frames_skipped_total", ()),
        "frames_not_analysed_worker_hung": ("proctor_frames_not_analysed_total", ("worker_hung",)),
        "rejected_truncated": ("proctor_rejected_total", ("truncated",)),
        "turned_away_4403": ("proctor_turned_away_total", ("4403",)),
        "workers_lost": ("proctor_worker_restarts_total", ()),
        "pictures_kept_back": ("proctor_pictures_kept_back_total", ()),
        "floods": ("proctor_floods_total", ()),
    }
    for number, name in enumerate(counted, start=1):
        metrics.count(name, number)
    after = samples()
    for number, sample in enumerate(counted.values(), start=1):
        assert after[sample] - before.get(sample, 0) == number, sample


def test_skipped_frames_are_not_counted_a_second_time_as_not_analysed() -> None:
    metrics.count("frames_not_analysed_superseded")
    assert ("proctor_frames_not_analysed_total", ("superseded",)) not in samples()


def test_what_never_happened_stands_at_nought() -> None:
    found = samples()
    assert ("proctor_frames_not_analysed_total", ("not_ready",)) in found
    assert ("proctor_worker_restarts_total", ()) in found
    assert found["proctor_sessions_connected", ()] == 0
    assert found["proctor_analysis_workers", ("ready",)] == 0


def test_what_is_asked_of_pages_is_told(monkeypatch: pytest.MonkeyPatch) -> None:
    assert samples()["proctor_sessions_slowed", ()] == 0
    world = World(senders(90, at_risk=10))
    world.run(30.0)
    monkeypatch.setattr(prometheus, "pacer", world.pacer)
    found = samples()
    assert found["proctor_sessions_slowed", ()] == 80
    assert found["proctor_frames_per_second", ("granted",)] < found["proctor_frames_per_second", ("wanted",)] == 180


def test_times_are_in_seconds() -> None:
    before = samples()
    metrics.time("verdict", 90_000)
    metrics.time("queue_wait", 80_000)
    metrics.cpu({"a stage of this test": 1500})
    after = samples()
    assert after["proctor_verdict_seconds", ("1",)] == 90
    assert after["proctor_queue_wait_seconds", ("1",)] == 80
    assert after["proctor_verdict_samples", ()] == before["proctor_verdict_samples", ()] + 1
    assert after["proctor_cpu_seconds_total", ("a stage of this test",)] == 1.5


def test_how_long_a_job_waits_is_told() -> None:
    begun, release = threading.Event(), threading.Event()

    @app.task(name="test.waits")
    def wait() -> None:
        begun.set()
        release.wait(20)

    assert samples()["proctor_oldest_waiting_seconds", ("job",)] == 0
    background.run(wait)
    assert begun.wait(20)
    background.run(wait)
    assert samples()["proctor_oldest_waiting_seconds", ("job",)] > 0
    release.set()
    background.join()
    assert samples()["proctor_oldest_waiting_seconds", ("job",)] == 0


def test_with_a_broker_the_age_of_jobs_is_absent_rather_than_nought(settings: Settings) -> None:
    settings.CELERY_BROKER_URL = "redis://127.0.0.1:1"
    found = samples()
    assert ("proctor_oldest_waiting_seconds", ("job",)) not in found
    assert found["proctor_oldest_waiting_seconds", ("frame",)] == 0


@pytest.mark.parametrize("address", ["127.0.0.1", "127.0.0.9", "::1"])
def test_this_machine_may_read_them(address: str) -> None:
    assert Client(REMOTE_ADDR=address).get("/metrics").status_code == 200


@pytest.mark.parametrize("address", [ELSEWHERE, "10.0.0.5", ""])
@pytest.mark.parametrize("given", ["", "Bearer ", "Bearer", "Bearer None", f"Bearer {TOKEN}"])
def test_for_others_there_is_no_such_page_where_no_token_is_set(address: str, given: str) -> None:
    answer = Client(REMOTE_ADDR=address).get("/metrics", headers={"authorization": given} if given else {})
    assert answer.status_code == 404


def test_the_token_opens_them_from_anywhere(settings: Settings) -> None:
    settings.PROCTOR_METRICS_TOKEN = TOKEN
    elsewhere = Client(REMOTE_ADDR=ELSEWHERE)
    assert elsewhere.get("/metrics", headers=bearer(TOKEN)).status_code == 200
    assert elsewhere.get("/metrics", headers={"authorization": f"bearer  {TOKEN}"}).status_code == 200


@pytest.mark.parametrize(
    "given", ["", "Bearer wrong", "Bearer correct-hors", f"Basic {TOKEN}", TOKEN, "Bearer ünïcødé", "Bearer 密"]
)
def test_a_wrong_token_opens_nothing(settings: Settings, given: str) -> None:
    settings.PROCTOR_METRICS_TOKEN = TOKEN
    answer = Client(REMOTE_ADDR=ELSEWHERE).get("/metrics", headers={"authorization": given})
    assert answer.status_code == 404


def test_a_token_may_have_any_letters(settings: Settings) -> None:
    settings.PROCTOR_METRICS_TOKEN = "schlüssel"
    as_sent = "schlüssel".encode().decode("latin-1")
    assert Client(REMOTE_ADDR=ELSEWHERE).get("/metrics", headers=bearer(as_sent)).status_code == 200


def test_behind_a_proxy_everybody_comes_from_it_so_only_the_token_counts(settings: Settings) -> None:
    settings.SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https")
    settings.PROCTOR_METRICS_TOKEN = TOKEN
    assert Client().get("/metrics").status_code == 404
    assert Client().get("/metrics", headers=bearer(TOKEN)).status_code == 200


@pytest.mark.parametrize("header", ["X-Forwarded-For", "X-Forwarded-Proto", "Forwarded", "Via", "X-Real-IP"])
def test_what_a_proxy_handed_on_does_not_come_from_here(header: str) -> None:
    assert Client().get("/metrics", headers={header: ELSEWHERE}).status_code == 404
