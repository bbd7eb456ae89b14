"""The real server with the settings of production, asked as a probe and as Prometheus would ask it."""

from __future__ import annotations

import http.client
import json
import os
import signal
from collections.abc import Iterator

import psutil
import pytest
from prometheus_client.parser import text_string_to_metric_families

from tests.live.waiting import until
from tests.operations.test_deploy_check import PRODUCTION
from tests.server import Site, copy_prepared, models_dir

TOKEN = "token-of-this-test"
SETTINGS = PRODUCTION | {"PROCTOR_METRICS_TOKEN": TOKEN, "PROCTOR_LOG_FORMAT": "json", "PROCTOR_WORKERS": "1"}


class ProductionSite(Site):
    def answers(self) -> bool:
        """Every page but these would redirect to HTTPS, or refuse the address as a host."""
        try:
            return self.get("/healthz") == (200, "alive\n")
        except (OSError, http.client.HTTPException):
            return False

    def get(self, path: str, **headers: str) -> tuple[int, str]:
        connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=30)
        try:
            connection.request("GET", path, headers=headers)
            answer = connection.getresponse()
            return answer.status, answer.read().decode()
        finally:
            connection.close()

    def figures(self) -> dict[tuple[str, ...], float]:
        status, text = self.get("/metrics", Authorization=f"Bearer {TOKEN}")
        assert status == 200
        families = text_string_to_metric_families(text)
        return {(s.name, *s.labels.values()): s.value for family in families for s in family.samples}


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory) -> Iterator[ProductionSite]:
    site = ProductionSite(tmp_path_factory.mktemp("production"), models_dir=models_dir(), extra=SETTINGS)
    copy_prepared(site.data_dir)
    with site:
        yield site


def worker_pid(site: ProductionSite) -> int:
    """Of the one analysis worker, a child of the server."""
    assert site.process is not None
    children = psutil.Process(site.process.pid).children()
    [worker] = [child.pid for child in children if "proctoring.analysis.worker" in child.cmdline()]
    return int(worker)


def test_a_started_site_is_ready(site: ProductionSite) -> None:
    assert site.get("/readyz") == (200, "[]")


def test_figures_need_the_token_behind_a_proxy(site: ProductionSite) -> None:
    assert site.get("/metrics")[0] == 404
    assert site.get("/metrics", Authorization="Bearer wrong")[0] == 404
    figures = site.figures()
    assert figures["proctor_analysis_workers", "ready"] == 1
    assert figures["process_resident_memory_bytes",] > 0


async def test_a_lost_worker_is_told_by_readiness_figures_and_log(site: ProductionSite) -> None:
    os.kill(worker_pid(site), signal.SIGKILL)
    await until(lambda: site.get("/readyz") == (503, '["No analysis worker is ready."]'), 10.0)
    assert site.get("/healthz")[0] == 200
    await until(lambda: site.get("/readyz") == (200, "[]"), 60.0)
    assert site.figures()["proctor_worker_restarts_total",] == 1
    # What the start says for people stays text; every record is JSON.
    records = [json.loads(line) for line in site.log.read_text().splitlines() if line.startswith("{")]
    [lost] = [record for record in records if record["logger"] == "proctoring.analysis.local"]
    assert "proctor-look-1 ended with status -9; it is replaced" in lost["message"]
    assert 503 in [record.get("status") for record in records]
