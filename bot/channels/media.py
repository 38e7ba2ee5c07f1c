"""Files as channels speak of them: what came with a message, what goes out, and how bytes are fetched. No database."""

from __future__ import annotations

import uuid
from dataclasses import dataclass
from pathlib import Path
from types import TracebackType
from typing import Protocol, Self

from bot.errors import ChannelError

# What a file is called in a conversation, whatever the channel calls it.
KINDS = ("image", "video", "audio", "voice", "document", "sticker")


@dataclass(frozen=True, slots=True)
class Kept:
    """A file that lies in the store: its name there, its size, the type its bytes show, whether a page may draw it."""

    name: uuid.UUID
    size: int
    mime_type: str
    shown: bool


@dataclass(frozen=True, slots=True)
class Attachment:
    """A file that came with a message, fetched after the message is recorded, unless it came with its bytes (`kept`).
    All that is said of it is untrusted.

    `reference` is what the channel fetches it by; `sha256` (hex or base64) and `size` as the channel tells them.
    `problem`: the channel itself has lost it, there is nothing to fetch.
    """

    kind: str
    reference: str
    mime_type: str = ""
    file_name: str = ""
    sha256: str = ""
    size: int | None = None
    problem: str = ""
    kept: Kept | None = None


@dataclass(frozen=True, slots=True)
class File:
    """A file of ours that goes out with a message.

    `id` names it where the channel itself shows it, `shown` says whether a page may draw it.
    """

    kind: str
    path: Path
    mime_type: str
    file_name: str = ""
    id: str = ""
    shown: bool = False


def build_path(folder: Path, name: uuid.UUID) -> Path:
    """Where the file called `name` lies below `folder`, or would."""
    return folder / name.hex[:2] / name.hex


class MediaUnavailable(ChannelError):
    """The channel does not give the file now; repeating after `retry_after_s` helps."""

    code = "media_unavailable"

    def __init__(self, reason: str, retry_after_s: float = 30.0) -> None:
        super().__init__(reason)
        self.retry_after_s = retry_after_s


class MediaRefused(ChannelError):
    """The file is gone, too large or not what was announced; repeating does not help. `reason` is one word."""

    code = "media_refused"

    def __init__(self, reason: str) -> None:
        super().__init__(reason)
        self.reason = reason


class MediaSink(Protocol):
    """Where fetched bytes go."""

    def expect(self, size: int) -> None:
        """The source says how large it is. Raises MediaRefused if that is too much."""
        ...

    def write(self, chunk: bytes) -> None:
        """Takes the next bytes. Raises MediaRefused as soon as they are too many."""
        ...


class MediaReceipt(MediaSink, Protocol):
    """A file that is just arriving; nothing is left of it unless it is kept inside `with`."""

    def __enter__(self) -> Self: ...

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None: ...

    def keep(self, sha256: str = "") -> Kept:
        """Puts it in its place, durably. Raises MediaRefused if it is empty or not what `sha256` says."""
        ...


class MediaStore(Protocol):
    """Where the files of all channels lie."""

    def receive(self, name: uuid.UUID) -> MediaReceipt:
        """Begins a file. Raises MediaRefused while the disk is nearly full."""
        ...

    def delete(self, *names: uuid.UUID) -> None:
        """Takes files away; one that is not there is quiet."""
        ...


class MediaSource(Protocol):
    """A channel that files can be fetched from."""

    async def fetch_media(self, attachment: Attachment, sink: MediaSink) -> None:
        """Writes the whole file into `sink`. Raises MediaUnavailable or MediaRefused."""
        ...
