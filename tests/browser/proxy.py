"""A proxy as offices have them: passes plain requests on and refuses tunnels, so that no web socket ever opens."""

from __future__ import annotations

import socket
import threading

from tests.browser.site import find_free_port

REFUSED = b"HTTP/1.1 403 Forbidden\r\nContent-Length: 0\r\nConnection: close\r\n\r\n"
HEAD_ENDS = b"\r\n\r\n"
CHUNK_BYTES = 65536


class RefusingProxy:
    """A thread for each connection and way. `refused` counts the web sockets that were asked for, `passed` the rest."""

    def __init__(self, port_behind: int) -> None:
        self.port = find_free_port()
        self.refused = 0
        self.passed = 0
        self._origin_behind = f"http://127.0.0.1:{port_behind}".encode()
        self._port_behind = port_behind
        self._listener = socket.create_server(("127.0.0.1", self.port))

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    def start(self) -> None:
        threading.Thread(target=self._listen, daemon=True).start()

    def stop(self) -> None:
        self._listener.close()

    def _listen(self) -> None:
        while True:
            try:
                page, _ = self._listener.accept()
            except OSError:
                return
            threading.Thread(target=self._serve, args=(page,), daemon=True).start()

    def _serve(self, page: socket.socket) -> None:
        """One request a connection: `Connection: close` goes on to the gateway, which then ends it."""
        head = b""
        while HEAD_ENDS not in head:
            more = page.recv(CHUNK_BYTES)
            if not more:
                return page.close()
            head += more
        # A browser asks for a web socket by CONNECT.
        if head.startswith(b"CONNECT ") or b"upgrade: websocket" in head.lower():
            self.refused += 1
            page.sendall(REFUSED)
            return page.close()
        self.passed += 1
        lines = [line for line in head.split(b"\r\n") if not line.lower().startswith(b"connection:")]
        lines[0] = lines[0].replace(self._origin_behind, b"", 1)
        lines.insert(1, b"Connection: close")
        behind = socket.create_connection(("127.0.0.1", self._port_behind))
        behind.sendall(b"\r\n".join(lines))
        threading.Thread(target=_pump, args=(page, behind), daemon=True).start()
        _pump(behind, page)
        for end in (page, behind):
            end.close()


def _pump(source: socket.socket, target: socket.socket) -> None:
    try:
        while chunk := source.recv(CHUNK_BYTES):
            target.sendall(chunk)
    except OSError:
        pass
