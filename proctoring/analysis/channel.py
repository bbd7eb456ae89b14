"""Messages between this process and its own child, over one end of a socket pair."""

from __future__ import annotations

import contextlib
import pickle
import socket
import struct
import time
from typing import Any

LENGTH = struct.Struct(">I")


class Channel:
    """Length-prefixed pickles. Both ends are this program, so unpickling runs nothing that is not ours.

    ``multiprocessing.Connection`` would do but for one thing: its ``send`` has no time limit, and 256 KiB to a worker
    that is stopped does not fit the socket's buffer, so the sender would hang with it.
    """

    def __init__(self, end: socket.socket) -> None:
        self._socket = end

    def send(self, message: object, timeout: float | None = None) -> None:
        """Raises TimeoutError when the peer does not take it within ``timeout`` seconds, OSError when it is gone."""
        data = pickle.dumps(message, protocol=pickle.HIGHEST_PROTOCOL)
        self._socket.settimeout(timeout)
        self._socket.sendall(LENGTH.pack(len(data)) + data)

    def receive(self, timeout: float | None = None) -> Any:
        """The next message. Raises EOFError when the peer is gone, TimeoutError after ``timeout`` seconds."""
        deadline = None if timeout is None else time.monotonic() + timeout
        (length,) = LENGTH.unpack(self._read(LENGTH.size, deadline))
        return pickle.loads(self._read(length, deadline))  # noqa: S301  (our own child, see the class)

    def close(self) -> None:
        """Also wakes a thread that waits in :meth:`receive`, here and in the other process."""
        with contextlib.suppress(OSError):  # the peer was faster
            self._socket.shutdown(socket.SHUT_RDWR)
        self._socket.close()

    def _read(self, size: int, deadline: float | None) -> bytes:
        parts = bytearray()
        while len(parts) < size:
            if deadline is not None:
                left = deadline - time.monotonic()
                if left <= 0:
                    raise TimeoutError("The other process did not answer in time.")
                self._socket.settimeout(left)
            else:
                self._socket.settimeout(None)
            try:
                part = self._socket.recv(size - len(parts))
            except TimeoutError:
                raise
            except OSError as error:
                raise EOFError("The connection to the other process is gone.") from error
            if not part:
                raise EOFError("The other process closed the connection.")
            parts += part
        return bytes(parts)
