"""compose.yaml and the Dockerfile, read: nothing here builds or starts them."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

import pytest
import yaml

from tests.machines import documented

ROOT = Path(__file__).resolve().parents[2]
COMPOSE = (ROOT / "compose.yaml").read_text(encoding="utf-8")
DOCKERFILE = (ROOT / "Dockerfile").read_text(encoding="utf-8")
SERVICES: dict[str, dict[str, Any]] = yaml.safe_load(COMPOSE)["services"]
OURS = ("setup", "web-a", "web-b", "frames", "worker", "beat")
# Of a documented command and of one in compose.yaml: what differs by where it runs.
PLACES = {
    r'"\$PYTHON" -m ': "",
    r'"\$CORES"|\$\{FRAME_PROCESSES:-2\}': "N",
    r'"\$PROCTOR_DATA_DIR/beat"|/tmp/beat(?=\s)': "BEAT",
    r'""|/tmp/beat\.pid': "PID",
}


def test_nothing_secret_has_a_default() -> None:
    secrets = re.findall(r"\$\{(PROCTOR_SECRET_KEY|\w*PASSWORD)([^}]*)\}", COMPOSE)
    assert {name for name, _ in secrets} == {"PROCTOR_SECRET_KEY", "POSTGRES_PASSWORD", "REDIS_PASSWORD"}
    assert all(rest.startswith(":?") for _, rest in secrets)


def test_every_service_is_looked_after() -> None:
    without = {name for name, service in SERVICES.items() if "healthcheck" not in service}
    assert without == {"web-a", "web-b"}  # theirs stands in the image
    assert "HEALTHCHECK" in DOCKERFILE
    assert {name for name, service in SERVICES.items() if service.get("restart") != "unless-stopped"} == {"setup"}


def test_nothing_starts_before_the_database_is_migrated() -> None:
    for name in set(OURS) - {"setup"}:
        assert SERVICES[name]["depends_on"]["setup"]["condition"] == "service_completed_successfully"
    assert "manage.py migrate" in SERVICES["setup"]["command"][-1]


def test_all_of_ours_share_image_settings_and_files() -> None:
    for name in OURS:
        service = SERVICES[name]
        assert service["image"] == SERVICES["setup"]["image"]
        assert service["environment"] == SERVICES["setup"]["environment"]
        assert service["volumes"] == ["data:/data"]
        assert service["cap_drop"] == ["ALL"]


def test_every_setting_of_several_machines_is_set() -> None:
    assert documented.settings() - {"PROCTOR_DATA_DIR"} <= set(SERVICES["web-a"]["environment"])
    assert "ENV PROCTOR_DATA_DIR=" in DOCKERFILE


@pytest.mark.parametrize(
    ("service", "name"),
    [
        ("frames", "frames: a machine that looks at pictures"),
        ("worker", "worker: mail, exports, marking, imports, webhooks, retention"),
        ("beat", "beat: the timetable, exactly one"),
    ],
)
def test_the_commands_are_the_documented_ones(service: str, name: str) -> None:
    assert plain(SERVICES[service]["command"]) == plain(documented.as_service(name).removeprefix("exec "))


def plain(command: str) -> str:
    for pattern, word in PLACES.items():
        command = re.sub(pattern, word, command)
    return " ".join(command.split())


def test_only_the_proxy_is_reached_from_outside() -> None:
    assert {name for name, service in SERVICES.items() if "ports" in service} == {"proxy"}


def test_the_image_does_not_run_as_root_and_takes_no_data_along() -> None:
    assert re.findall(r"^USER (\w+)$", DOCKERFILE, re.MULTILINE) == ["proctor"]
    ignored = (ROOT / ".dockerignore").read_text(encoding="utf-8").splitlines()
    assert "*" in ignored
    taken = {line.removeprefix("!") for line in ignored if line.startswith("!")}
    assert not {"var", ".env", ".git", "tests"} & taken
    assert {"manage.py", "exams", "proctoring", "proctor_site", "static", "templates", "docs/model-card.md"} <= taken


def test_the_proxy_knows_every_web_process_and_keeps_what_is_inside() -> None:
    proxy = (ROOT / "deploy" / "Caddyfile").read_text(encoding="utf-8")
    assert all(f"{name}:8000" in proxy for name in SERVICES if name.startswith("web-"))
    assert re.search(r"@inside path /metrics /healthz /readyz\s+respond @inside 404", proxy)
