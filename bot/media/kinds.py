"""What a file really is, by its first bytes; what it calls itself is only a hint. Pure.

A file that is none of these is kept as bytes to download. Only pictures that every browser draws safely, and that do
not unfold to more than PIXELS_MAX, are ever shown inside a page.
"""

from __future__ import annotations

import struct

UNKNOWN = "application/octet-stream"
HEAD_BYTES = 64 * 1024
# SECURITY 6, "Uploads": a small file that unfolds to a huge picture stops a browser.
PIXELS_MAX = 50_000_000
SHOWN = frozenset(("image/jpeg", "image/png", "image/gif", "image/webp"))

_STARTS: tuple[tuple[int, bytes, str], ...] = (
    (0, b"\xff\xd8\xff", "image/jpeg"),
    (0, b"\x89PNG\r\n\x1a\n", "image/png"),
    (0, b"GIF87a", "image/gif"),
    (0, b"GIF89a", "image/gif"),
    (8, b"WEBPVP8", "image/webp"),
    (0, b"%PDF-", "application/pdf"),
    (0, b"OggS", "audio/ogg"),
    (0, b"#!AMR", "audio/amr"),
    (0, b"ID3", "audio/mpeg"),
    (0, b"\xff\xfb", "audio/mpeg"),
    (0, b"\xff\xf3", "audio/mpeg"),
    (0, b"\xff\xf1", "audio/aac"),
    (0, b"\xff\xf9", "audio/aac"),
    (4, b"ftyp3gp", "video/3gpp"),
    (4, b"ftypM4A", "audio/mp4"),
    (4, b"ftyp", "video/mp4"),
)


def sniff(head: bytes) -> str:
    """The MIME type that the bytes themselves show; UNKNOWN if none of ours."""
    found = (kind for offset, start, kind in _STARTS if head[offset : offset + len(start)] == start)
    return next(found, UNKNOWN)


def may_show(kind: str, head: bytes) -> bool:
    """Whether a browser may draw it inside our page; otherwise it is offered for download."""
    if kind not in SHOWN:
        return False
    size = measure(kind, head)
    return size is not None and 0 < size[0] * size[1] <= PIXELS_MAX


def measure(kind: str, head: bytes) -> tuple[int, int] | None:
    """Width and height of a picture; None if its first bytes do not say them."""
    try:
        if kind == "image/png":
            return _pair(struct.unpack(">II", head[16:24]))
        if kind == "image/gif":
            return _pair(struct.unpack("<HH", head[6:10]))
        if kind == "image/jpeg":
            return _measure_jpeg(head)
        if kind == "image/webp":
            return _measure_webp(head)
    except (struct.error, IndexError):
        return None
    return None


def _measure_jpeg(head: bytes) -> tuple[int, int] | None:
    at = 2
    while at + 9 < len(head) and head[at] == 0xFF:
        marker = head[at + 1]
        # The frame headers, but for the tables that share their range.
        if 0xC0 <= marker <= 0xCF and marker not in (0xC4, 0xC8, 0xCC):
            height, width = struct.unpack(">HH", head[at + 5 : at + 9])
            return width, height
        at += 2 + int(struct.unpack(">H", head[at + 2 : at + 4])[0])
    return None


def _measure_webp(head: bytes) -> tuple[int, int] | None:
    form = head[12:16]
    if form == b"VP8X":
        return 1 + int.from_bytes(head[24:27], "little"), 1 + int.from_bytes(head[27:30], "little")
    if form == b"VP8 ":
        width, height = struct.unpack("<HH", head[26:30])
        return width & 0x3FFF, height & 0x3FFF
    if form == b"VP8L":
        bits = int.from_bytes(head[21:25], "little")
        return 1 + (bits & 0x3FFF), 1 + (bits >> 14 & 0x3FFF)
    return None


def _pair(values: tuple[int, ...]) -> tuple[int, int]:
    return values[0], values[1]
