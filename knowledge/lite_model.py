"""One encoder run by LiteRT: a BERT of a few small layers in 8 bits, which `scripts/encoder` makes.

Takes texts as customers write them, without prefixes. Loads in a twentieth of a second and needs neither torch nor
sentence-transformers, which keeps 300 MB out of the process that serves.
"""

import os
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from queue import Empty, LifoQueue
from threading import Semaphore

import numpy as np
import numpy.typing as npt
from ai_edge_litert.interpreter import Interpreter
from tokenizers import Tokenizer

Vector = npt.NDArray[np.float32]

# In a longer text the wish stands at its beginning or at its end.
_HALF = 64
_NOTICE = b"Created TensorFlow Lite XNNPACK delegate"


class LiteModel:
    """One loaded model. Threads may share it and run side by side, as many as there are cores."""

    def __init__(self, model: Path, tokenizer: Path) -> None:
        self._path = model
        self._tokenizer = Tokenizer.from_file(str(tokenizer))
        self._idle: LifoQueue[_Runner] = LifoQueue()
        self._may_load = Semaphore(os.cpu_count() or 1)

    def encode(self, text: str) -> Vector:
        """float32, (dim,), of length 1.

        Each text goes through by itself, so that a vector hangs on nothing but its own text: the same in training and
        in serving.
        """
        tokens = self.tokens(text)
        with self._lend() as runner:
            return runner.run(tokens)

    def tokens(self, text: str) -> list[int]:
        """What the model sees of the text."""
        ids: list[int] = self._tokenizer.encode(text).ids
        return ids if len(ids) <= 2 * _HALF else ids[:_HALF] + ids[-_HALF:]

    @contextmanager
    def _lend(self) -> Iterator["_Runner"]:
        """A loaded copy of the model: an interpreter serves one thread at a time."""
        try:
            runner = self._idle.get_nowait()
        except Empty:
            runner = _Runner(self._path) if self._may_load.acquire(blocking=False) else self._idle.get()
        try:
            yield runner
        finally:
            self._idle.put(runner)


class _Runner:
    def __init__(self, path: Path) -> None:
        # A second thread gains nothing on a dozen tokens and waits for the first on a busy machine (DESIGN 4).
        with _without_notice():
            self._interpreter = Interpreter(str(path), num_threads=1)
            self._interpreter.allocate_tensors()
        self._input = self._interpreter.get_input_details()[0]["index"]
        self._output = self._interpreter.get_output_details()[0]["index"]
        self._length = 0

    def run(self, tokens: list[int]) -> Vector:
        if len(tokens) != self._length:
            self._interpreter.resize_tensor_input(self._input, [len(tokens)])
            self._interpreter.allocate_tensors()
            self._length = len(tokens)
        self._interpreter.set_tensor(self._input, np.array(tokens, dtype=np.int32))
        self._interpreter.invoke()
        vector: Vector = self._interpreter.get_tensor(self._output)
        return vector


@contextmanager
def _without_notice() -> Iterator[None]:
    """LiteRT tells standard error of every model it loads and has no setting against it. All else that is written there
    meanwhile is passed on."""
    sys.stderr.flush()
    kept = os.dup(2)
    with tempfile.TemporaryFile() as aside:
        os.dup2(aside.fileno(), 2)
        try:
            yield
        finally:
            os.dup2(kept, 2)
            os.close(kept)
            aside.seek(0)
            others = [line for line in aside if _NOTICE not in line]
            if others:
                os.write(2, b"".join(others))
