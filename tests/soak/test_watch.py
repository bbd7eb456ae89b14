"""A process' memory, files and sockets as the kernel tells them."""

from __future__ import annotations

import os
import socket
from pathlib import Path

from proctoring.bench.processes import MIB
from proctoring.soak.watch import lines, look


def test_what_a_process_opens_and_allocates_is_seen(tmp_path: Path) -> None:
    before = look(os.getpid())
    database, other = tmp_path / "db.sqlite3-wal", tmp_path / "other"
    with database.open("wb"), other.open("wb"), socket.socket(), socket.socket():
        held = bytearray(b"x") * (64 * MIB)
        after = look(os.getpid())
    assert len(held) == 64 * MIB
    assert after.memory_mib - before.memory_mib > 50
    assert after.resident_mib >= after.memory_mib
    assert (after.sockets - before.sockets, after.database - before.database) == (2, 1)
    assert after.files - before.files == 1
    assert after.all_threads >= 1


def test_a_connection_is_named_by_its_ports() -> None:
    with socket.create_server(("127.0.0.1", 0)) as server:
        port = server.getsockname()[1]
        assert f"{port} to nobody (LISTEN)" in lines(os.getpid())
