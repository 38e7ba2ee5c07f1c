"""Writes an encoder's numbers as a LiteRT file with 8-bit weights: `python lite.py NUMBERS.npz OUT.tflite`.

Needs TensorFlow 2.21 or later in an environment of its own (the release that Rasa pins knows one scale for a whole
matrix only, not one for each output: cosine 0.973 to the exact vectors instead of 0.999):

    uv run --isolated --no-project --python 3.11 --with tensorflow-cpu==2.21.0 scripts/encoder/lite.py ...

`export.py` makes NUMBERS.npz. Weights become 8-bit, with a scale for each output; what they are multiplied with becomes
8-bit as it comes, with a scale for each token (XNNPACK does both at once, with 8-bit products). Takes the token ids of
one text and gives its unit vector.
"""

from __future__ import annotations

import argparse
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import numpy as np
import tensorflow as tf

EPSILON = 1e-12
NEVER_REACHED = 1e6
Numbers = Mapping[str, Any]


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("numbers", type=Path)
    parser.add_argument("out", type=Path)
    wanted = parser.parse_args()
    with np.load(wanted.numbers) as stored:
        wanted.out.write_bytes(convert({name: one if one.ndim else int(one) for name, one in stored.items()}))
    print(f"{wanted.out.stat().st_size / 2**20:.1f} MiB")


def convert(numbers: Numbers) -> bytes:
    """The file's content."""
    given = {name: one for name, one in numbers.items() if name != "words"} | round_words(numbers["words"])
    constants = {name: one if isinstance(one, int) else tf.constant(one) for name, one in given.items()}
    encode = tf.function(
        lambda input_ids: {"vector": build_vector(constants, input_ids)},
        input_signature=[tf.TensorSpec([None], tf.int32, name="input_ids")],
    )
    converter = tf.lite.TFLiteConverter.from_concrete_functions([encode.get_concrete_function()], tf.Module())
    converter.optimizations = [tf.lite.Optimize.DEFAULT]
    content: bytes = converter.convert()
    return content


def round_words(words: Any) -> Numbers:
    """Word vectors, (pieces, dim), in 8 bits with a step for each piece.

    The steps are whole numbers of a unit, since the converter would round them to 8 bits too.
    """
    step = np.abs(words).max(axis=1, keepdims=True) / 127
    unit = float(step.max()) / 2**20
    whole = np.maximum(np.rint(step / unit), 1)
    steps = np.clip(np.rint(words / (whole * unit)), -127, 127)
    return {"words.steps": steps.astype(np.int8), "words.step": whole.astype(np.int32), "words.unit": np.float32(unit)}


def build_vector(numbers: Numbers, input_ids: tf.Tensor) -> tf.Tensor:
    """Token ids (tokens,) to a unit vector (dim,): the mean over the tokens, moved into the shared space if the numbers
    say how."""
    step = tf.cast(tf.gather(numbers["words.step"], input_ids), tf.float32) * numbers["words.unit"]
    words = tf.cast(tf.gather(numbers["words.steps"], input_ids), tf.float32) * step
    states = words + numbers["places"][: tf.shape(input_ids)[0]]
    states = normalise(states, numbers, "norm")
    for layer in range(numbers["layers"]):
        states = build_layer(numbers, f"{layer}.", states)
    vector = tf.reduce_mean(states, 0)
    if "move.weight" in numbers:
        vector = tf.linalg.matvec(numbers["move.weight"], to_length_one(vector)) + numbers["move.bias"]
    return to_length_one(vector)


def build_layer(numbers: Numbers, name: str, states: tf.Tensor) -> tf.Tensor:
    """One layer of a BERT. States: (tokens, dim)."""
    heads, dim = numbers["heads"], numbers["words.steps"].shape[1]
    # Query, key and value are one product: all three read the same states.
    split = tf.reshape(multiply(states, numbers, name + "asked"), [-1, 3 * heads, dim // heads])
    query, key, value = tf.split(tf.transpose(split, [1, 0, 2]), 3, 0)
    heard = tf.matmul(tf.nn.softmax(tf.matmul(query, key, transpose_b=True)), value)
    heard = tf.reshape(tf.transpose(heard, [1, 0, 2]), [-1, dim])
    states = normalise(states + multiply(heard, numbers, name + "out"), numbers, name + "out_norm")
    inner = tf.nn.gelu(multiply(states, numbers, name + "inner"), approximate=False)
    return normalise(states + multiply(inner, numbers, name + "outer"), numbers, name + "norm")


def multiply(states: tf.Tensor, numbers: Numbers, name: str) -> tf.Tensor:
    """A linear layer, its input evened out first where the numbers say so (`smooth.py`)."""
    if f"{name}.inverse" in numbers:
        # The converter draws a mere product into the weights, and all is uneven again.
        states = tf.minimum(states * numbers[f"{name}.inverse"], NEVER_REACHED)
    return tf.matmul(states, numbers[f"{name}.weight"]) + numbers[f"{name}.bias"]


def normalise(states: tf.Tensor, numbers: Numbers, name: str) -> tf.Tensor:
    """Layer normalisation (Ba, Kiros and Hinton 2016)."""
    apart = states - tf.reduce_mean(states, -1, keepdims=True)
    spread = tf.reduce_mean(tf.square(apart), -1, keepdims=True)
    return apart * tf.math.rsqrt(spread + EPSILON) * numbers[f"{name}.weight"] + numbers[f"{name}.bias"]


def to_length_one(vector: tf.Tensor) -> tf.Tensor:
    return vector * tf.math.rsqrt(tf.reduce_sum(tf.square(vector)))


if __name__ == "__main__":
    main()
