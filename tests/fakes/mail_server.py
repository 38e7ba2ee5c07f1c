"""A small real SMTP server (RFC 5321, STARTTLS of RFC 3207, AUTH PLAIN of RFC 4954) that keeps what it is given.

In threads of its own, because the sender under test waits for it.
"""

from __future__ import annotations

import base64
import socketserver
import ssl
import threading
from dataclasses import dataclass, field
from typing import Any


@dataclass
class MailServer:
    """`tls`: offered after STARTTLS, or spoken from the start (`tls_first`). `refuse`: command -> the answer to it."""

    tls: ssl.SSLContext | None = None
    tls_first: bool = False
    refuse: dict[str, str] = field(default_factory=dict)
    greeting: str = "220 mail.example ESMTP"
    # What was received: whole messages, and what was said to log in with whether it was encrypted.
    letters: list[bytes] = field(default_factory=list)
    recipients: list[str] = field(default_factory=list)
    logins: list[tuple[str, bool]] = field(default_factory=list)
    _server: socketserver.ThreadingTCPServer | None = None

    @property
    def port(self) -> int:
        assert self._server
        return int(self._server.server_address[1])

    def start(self) -> MailServer:
        self._server = socketserver.ThreadingTCPServer(("127.0.0.1", 0), self._make_talk)
        self._server.daemon_threads = True
        threading.Thread(target=self._server.serve_forever, args=(0.02,), daemon=True).start()
        return self

    def stop(self) -> None:
        if self._server:
            self._server.shutdown()
            self._server.server_close()

    def _make_talk(self, *arguments: Any) -> _Talk:
        return _Talk(self, *arguments)


class _Talk(socketserver.StreamRequestHandler):
    def __init__(self, mail: MailServer, *arguments: Any) -> None:
        self.mail = mail
        self.encrypted = False
        super().__init__(*arguments)

    def handle(self) -> None:
        try:
            if self.mail.tls_first:
                self._encrypt()
            self._say(self.mail.greeting)
            while line := self.rfile.readline().decode().strip():
                if not self._answer(line.split(" ")[0].upper(), line):
                    return
        except OSError:  # the other side went away, or did not trust us
            return
        finally:
            self.connection.close()

    def _answer(self, command: str, line: str) -> bool:
        if command in self.mail.refuse:
            self._say(self.mail.refuse[command])
        elif command == "EHLO":
            offers = ["STARTTLS"] if self.mail.tls and not self.encrypted else []
            self._say(*(f"250-{offer}" for offer in ["mail.example", *offers]), "250 AUTH PLAIN")
        elif command == "STARTTLS":
            self._say("220 go ahead")
            self._encrypt()
        elif command == "AUTH":
            said = base64.b64decode(line.rpartition(" ")[2]).decode().replace("\0", " ").strip()
            self.mail.logins.append((said, self.encrypted))
            self._say("235 welcome")
        elif command == "DATA":
            self._say("354 go on")
            lines = iter(self.rfile.readline, b".\r\n")
            self.mail.letters.append(b"".join(one.removeprefix(b".") if one[:2] == b".." else one for one in lines))
            self._say("250 kept")
        else:
            if command == "RCPT":
                self.mail.recipients.append(line.partition(":")[2].strip("<>"))
            self._say("221 bye" if command == "QUIT" else "250 ok")
        return command != "QUIT"

    def _encrypt(self) -> None:
        assert self.mail.tls
        self.request = self.connection = self.mail.tls.wrap_socket(self.request, server_side=True)
        self.rfile, self.wfile = self.connection.makefile("rb"), self.connection.makefile("wb", 0)
        self.encrypted = True

    def _say(self, *lines: str) -> None:
        self.wfile.write("".join(f"{line}\r\n" for line in lines).encode())
        self.wfile.flush()
