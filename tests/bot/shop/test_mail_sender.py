"""Codes by e-mail: they arrive as written, passwords go only where nobody else reads, and faults are ours to tell."""

from __future__ import annotations

import datetime
import ipaddress
import ssl
from collections.abc import Callable, Iterator
from dataclasses import replace
from email import message_from_bytes, policy
from pathlib import Path

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID

from bot.config import Secret, config
from bot.errors import CodeNotSent
from bot.language.texts import LANGUAGES, say
from bot.shop.senders import MailSender
from tests.fakes.mail_server import MailServer

ADDRESS = "hetal.patel@example.com"
Serve = Callable[..., MailServer]
Use = Callable[[str], None]


@pytest.fixture
def serve() -> Iterator[Serve]:
    """Starts mail servers and ends them."""
    made: list[MailServer] = []

    def start(**more: object) -> MailServer:
        made.append(MailServer(**more).start())  # type: ignore[arg-type]
        return made[-1]

    yield start
    for one in made:
        one.stop()


@pytest.fixture
def use(monkeypatch: pytest.MonkeyPatch) -> Use:
    """Sets SMTP_URL."""

    def set_url(url: str) -> None:
        mine = replace(config(), smtp_url=Secret(url), mail_from="Tulsi & Thread <orders@tulsi.example>")
        monkeypatch.setattr("bot.shop.senders.config", lambda: mine)

    return set_url


@pytest.fixture
def tls(tmp_path: Path) -> tuple[ssl.SSLContext, Path]:
    """A server's certificate for this machine, and the file that makes a client trust it."""
    key, now = ec.generate_private_key(ec.SECP256R1()), datetime.datetime.now(datetime.UTC)
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "localhost")])
    alternative = [x509.DNSName("localhost"), x509.IPAddress(ipaddress.ip_address("127.0.0.1"))]
    made = (
        x509.CertificateBuilder(issuer_name=name, subject_name=name, public_key=key.public_key(), serial_number=1)
        .not_valid_before(now - datetime.timedelta(hours=1))
        .not_valid_after(now + datetime.timedelta(hours=1))
        .add_extension(x509.SubjectAlternativeName(alternative), critical=False)
        .sign(key, hashes.SHA256())
    )
    pem = serialization.Encoding.PEM
    own_key = key.private_bytes(pem, serialization.PrivateFormat.PKCS8, serialization.NoEncryption())
    file = tmp_path / "server.pem"
    file.write_bytes(own_key + made.public_bytes(pem))
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(file)
    return context, file


def send(text: str = "Your code is 123456") -> None:
    MailSender().send("email", ADDRESS, "Your code", text, 600)


@pytest.mark.parametrize("language", LANGUAGES)
def test_a_code_arrives_as_it_was_written(serve: Serve, use: Use, language: str) -> None:
    mail = serve()
    use(f"smtp://127.0.0.1:{mail.port}")
    subject = say("order_tasks.code.subject", language)
    text = say("order_tasks.code.message", language, code="123456", minutes=10)
    MailSender().send("email", ADDRESS, subject, text, 600)
    [letter] = [message_from_bytes(one, policy=policy.default) for one in mail.letters]
    assert (letter["To"], letter["From"]) == (ADDRESS, "Tulsi & Thread <orders@tulsi.example>")
    assert letter["Subject"] == subject
    assert letter.get_content().strip() == text
    assert mail.recipients == [ADDRESS]


@pytest.mark.parametrize(("scheme", "first"), [("smtp", False), ("smtps", True)])
def test_the_password_goes_encrypted_to_a_trusted_server(
    serve: Serve, use: Use, tls: tuple[ssl.SSLContext, Path], monkeypatch: pytest.MonkeyPatch, scheme: str, first: bool
) -> None:
    mail = serve(tls=tls[0], tls_first=first)
    monkeypatch.setenv("SSL_CERT_FILE", str(tls[1]))
    use(f"{scheme}://shop%40tulsi:p%3Ass@localhost:{mail.port}")
    send()
    assert mail.logins == [("shop@tulsi p:ss", True)]
    assert len(mail.letters) == 1


@pytest.mark.parametrize(("scheme", "first"), [("smtp", False), ("smtps", True)])
def test_a_server_that_cannot_be_trusted_hears_nothing(
    serve: Serve, use: Use, tls: tuple[ssl.SSLContext, Path], scheme: str, first: bool
) -> None:
    mail = serve(tls=tls[0], tls_first=first)
    use(f"{scheme}://shop:password@localhost:{mail.port}")
    with pytest.raises(CodeNotSent):
        send()
    assert (mail.logins, mail.letters) == ([], [])


def test_without_encryption_no_password_is_said(serve: Serve, use: Use) -> None:
    mail = serve()
    use(f"smtp://shop:password@127.0.0.1:{mail.port}")
    with pytest.raises(CodeNotSent):
        send()
    assert (mail.logins, mail.letters) == ([], [])


@pytest.mark.parametrize(
    "more",
    [
        {"refuse": {"RCPT": f"550 no such user {ADDRESS}"}},
        {"refuse": {"MAIL": "451 try later"}},
        {"refuse": {"DATA": "554 looks like spam"}},
        {"greeting": "554 go away"},
        {"greeting": "hello, I am no mail server"},
    ],
    ids=["recipient", "later", "spam", "closed", "nonsense"],
)
def test_a_server_that_refuses_is_a_code_not_sent(serve: Serve, use: Use, more: dict[str, object]) -> None:
    use(f"smtp://127.0.0.1:{serve(**more).port}")
    with pytest.raises(CodeNotSent) as failed:
        send()
    # What is logged of it must not name the customer.
    assert ADDRESS not in f"{failed.value!r} {failed.value.__cause__!r}"


def test_a_silent_server_does_not_hold_the_customer_up(serve: Serve, use: Use, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("bot.shop.senders.SEND_TIMEOUT_S", 0.1)
    # It greets with the beginning of an answer of several lines and says no more.
    use(f"smtp://127.0.0.1:{serve(greeting='220-wait').port}")
    with pytest.raises(CodeNotSent):
        send()


def test_nobody_there_is_a_code_not_sent(serve: Serve, use: Use) -> None:
    mail = serve()
    port = mail.port
    mail.stop()
    use(f"smtp://127.0.0.1:{port}")
    with pytest.raises(CodeNotSent):
        send()


def test_an_address_cannot_smuggle_in_a_header(serve: Serve, use: Use) -> None:
    mail = serve()
    use(f"smtp://127.0.0.1:{mail.port}")
    with pytest.raises(CodeNotSent):
        MailSender().send("email", "a@example.com\nBcc: spy@example.com", "Your code", "123456", 600)
    assert mail.letters == []
