"""The analysis worker: a process of its own, ``python -m proctoring.analysis.worker FD NAME PARENT``.

Only here are the model libraries loaded. It ends when the socket to its parent closes, however the parent ended.
"""

from __future__ import annotations

import contextlib
import ctypes
import logging
import os
import signal
import socket
import sys
import time
from typing import TYPE_CHECKING

from proctor_site import logs
from proctoring.analysis.channel import Channel
from proctoring.analysis.verdict import WORKER_FAILED, Analysed, Look, NotAnalysed, Rejected, Reply, Started, Verdict

if TYPE_CHECKING:
    from proctoring.vision.analyzer import Analyzer

logger = logging.getLogger(__name__)

# <linux/prctl.h>
PR_SET_PDEATHSIG = 1
PR_SET_NAME = 15
# Below the web process, which must stay quick to answer while every worker computes.
NICENESS = 5
# Parallelism comes from the number of workers; libraries that start threads of their own only get in the way.
ONE_THREAD = ("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS")
QUIET = {"TF_CPP_MIN_LOG_LEVEL": "2", "GLOG_minloglevel": "2"}


def settle_in(name: str, parent: int) -> None:
    """Take the role's name, end with the parent, leave Ctrl+C to it, and step back behind it."""
    if sys.platform == "linux":
        prctl = ctypes.CDLL(None).prctl
        prctl(PR_SET_NAME, name.encode()[:15], 0, 0, 0)
        prctl(PR_SET_PDEATHSIG, signal.SIGKILL, 0, 0, 0)
    if os.getppid() != parent:
        raise SystemExit(0)  # it ended before we could ask to end with it
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    os.nice(NICENESS)
    for variable in ONE_THREAD:
        os.environ.setdefault(variable, "1")
    for variable, value in QUIET.items():
        os.environ.setdefault(variable, value)


def judge(analyzer: Analyzer, look: Look) -> Verdict:
    """Look at one frame. Never raises: one picture must not cost the next session its worker."""
    from proctoring.vision.frame import BadFrame

    try:
        return Analysed(analyzer.analyse(look.jpeg, looks=look.looks, known=look.known))
    except BadFrame as error:
        return Rejected(error.code, str(error))
    except Exception:
        # Whatever a library raises about a picture a stranger sent: said in the log, and the frame is answered.
        logger.exception("The analysis of a frame of %d bytes failed", len(look.jpeg))
        return NotAnalysed(WORKER_FAILED)


def serve(channel: Channel) -> None:
    """Load the models once, say how that went, then answer frames until the parent is gone."""
    config = channel.receive()
    try:
        from proctoring.vision.analyzer import Analyzer

        analyzer = Analyzer(config)
    except Exception as error:
        logger.exception("The analyzer could not be started")
        channel.send(Started((), f"{type(error).__name__}: {error}"))
        raise SystemExit(1) from None
    channel.send(Started(tuple(analyzer.detectors.values())))
    while True:
        look = channel.receive()
        began = time.process_time()
        verdict = judge(analyzer, look)
        channel.send(Reply(verdict, (time.process_time() - began) * 1000))


def main() -> None:
    descriptor, name, parent = sys.argv[1:4]
    settle_in(name, int(parent))
    logs.set_up_worker(name)
    with contextlib.suppress(EOFError, OSError):  # the parent closed the socket: the end of the work
        serve(Channel(socket.socket(fileno=int(descriptor))))


if __name__ == "__main__":
    main()
