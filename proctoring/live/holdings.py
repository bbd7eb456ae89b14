"""What this process holds for those who are connected, counted: when they have gone it is as before they came."""

from __future__ import annotations

import asyncio
import re
import threading
from typing import Any

from channels.layers import get_channel_layer

from proctoring.analysis.service import running
from proctoring.live import frames, presence

# As ThreadPoolExecutor numbers its threads. It keeps those it has started, and never starts more than its size.
POOLED = re.compile(r"_\d+$")

_server: Any = None
_loop: asyncio.AbstractEventLoop | None = None


def serving(server: Any, loop: asyncio.AbstractEventLoop) -> None:
    """Who serves, and from which event loop; said once, when it begins."""
    global _server, _loop
    _server, _loop = server, loop


def holdings() -> dict[str, int]:
    """Callable from any thread. ``connections``: of browsers, whatever for, until all that belongs to one has ended;
    ``members``: of the groups that messages go to; ``threads``: those that are not kept in a pool for the next."""
    layer: Any = get_channel_layer()
    groups = list(getattr(layer, "groups", {}).values())
    analysis = running()
    return {
        "connections": 0 if _server is None else len(_server.connections),
        "tasks": 0 if _loop is None else len(asyncio.all_tasks(_loop)),
        "candidates": len(presence.connected),
        "channels": len(getattr(layer, "channels", ())),
        "groups": len(groups),
        "members": sum(map(len, groups)),
        "looked_at": 0 if analysis is None else analysis.frames_in_hand(),
        "pictures": frames.count(),
        "threads": sum(POOLED.search(thread.name) is None for thread in threading.enumerate()),
    }
