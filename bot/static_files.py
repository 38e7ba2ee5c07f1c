"""Static files for browsers: compressed once, when the process starts, and kept by browsers for a while.

A middleware in the place of WhiteNoise's own. The compressed copies lie in DATA_DIR, named by what they hold, so that
several gateways may share them and a new version brings its own.
"""

from __future__ import annotations

import gzip
import hashlib
import os
from pathlib import Path
from typing import Any
from wsgiref.headers import Headers

from whitenoise.middleware import WhiteNoiseMiddleware
from whitenoise.responders import StaticFile

from bot.config import config

COMPRESSED = frozenset({".css", ".js", ".json", ".svg", ".txt", ".html"})
# Below this, headers weigh more than what is saved.
SIZE_MIN_BYTES = 500
OWN_MAX_AGE_S = 300
# Libraries and fonts change with a release of theirs only.
VENDOR_MAX_AGE_S = 24 * 3600
VENDOR_FOLDERS = ("vendor/", "admin/")


class StaticFilesMiddleware(WhiteNoiseMiddleware):
    """Serves every static file with a gzip twin if that is smaller."""

    def get_static_file(self, path: str, url: str, stat_cache: Any = None) -> StaticFile:
        """Called by WhiteNoise for each file, at the start."""
        plain = super().get_static_file(path, url, stat_cache)
        twin = compress(Path(path), config().data_path / "static")
        if twin is None:
            return plain
        headers = Headers([])
        self.add_mime_headers(headers, path, url)
        self.add_cache_headers(headers, path, url)
        return StaticFile(path, headers.items(), encodings={"gzip": str(twin)})

    def add_cache_headers(self, headers: Headers, path: str, url: str) -> None:
        """How long a browser need not ask again; afterwards it asks by ETag."""
        name = url.removeprefix(self.static_prefix)
        age_s = VENDOR_MAX_AGE_S if name.startswith(VENDOR_FOLDERS) else OWN_MAX_AGE_S
        headers["Cache-Control"] = f"max-age={age_s}, public"


def compress(path: Path, folder: Path) -> Path | None:
    """The gzip twin of a file, made in `folder` if it is not there; None for what does not shrink."""
    content = path.read_bytes() if path.suffix in COMPRESSED else b""
    if len(content) < SIZE_MIN_BYTES:
        return None
    twin = folder / f"{hashlib.sha256(content).hexdigest()[:32]}{path.suffix}.gz"
    if not twin.is_file():
        folder.mkdir(parents=True, exist_ok=True)
        fresh = folder / f"{twin.name}.{os.getpid()}"
        fresh.write_bytes(gzip.compress(content, 9, mtime=0))
        fresh.replace(twin)
    return twin
