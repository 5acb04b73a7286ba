"""The bot's embedding model in numpy: reads `config/embedding/e5-small.bin` and turns texts into vectors.

For training only. The layout is that of `tools/embedding/make_model.py`; `check` compares the vectors
with the reference vectors that the bot's own tests use.
"""

import json
import struct
import unicodedata

import numpy as np

BLOCK = 32
START, END, UNKNOWN, FIRST_PIECE = 0, 1, 2, 3
SPACE = "\u2581"
SPACES = set(" \t\n\x0c\r\u1680\u2028\u2029\ufeff\ufffd" + SPACE) | {chr(c) for c in range(0x200B, 0x2010)}
DROPPED = {chr(c) for c in range(0x20)} | {"\x7f", "\x8f", "\x9f"}


class Source:
    """The part of the file that was not read yet."""

    def __init__(self, data):
        self.data, self.at = data, 0

    def take(self, count):
        self.at += count
        return self.data[self.at - count : self.at]

    def number(self):
        return struct.unpack("<I", self.take(4))[0]

    def floats(self, count):
        return np.frombuffer(self.take(4 * count), dtype="<f4")

    def blocks(self, rows, columns):
        raw = np.frombuffer(self.take(rows * (columns // BLOCK) * 18), dtype=np.uint8)
        raw = raw.reshape(rows, columns // BLOCK, 18)
        scales = raw[..., :2].copy().view("<f2").astype(np.float32)
        pairs = raw[..., 2:]
        values = np.concatenate([pairs & 15, pairs >> 4], axis=-1).astype(np.float32) - 8
        return (values * scales).reshape(rows, columns)

    def matrix(self, rows, columns):
        return self.blocks(rows, columns).T.copy(), self.floats(rows)


class Embedder:
    """A loaded model."""

    def __init__(self, path):
        with open(path, "rb") as file:
            data = file.read()
        assert data[:4] == b"DGE5"
        source = Source(data[44:])
        self.hidden, layers, self.heads, inner, self.limit, pieces = (source.number() for _ in range(6))
        self.epsilon, self.unknown = source.floats(2)
        lengths = source.take(pieces)
        text = source.take(sum(lengths))
        scores = source.floats(pieces)
        self.pieces, at = {}, 0
        for number, (length, score) in enumerate(zip(lengths, scores)):
            self.pieces[text[at : at + length].decode()] = (FIRST_PIECE + number, float(score))
            at += length
        self.longest = max(map(len, self.pieces))
        hidden = self.hidden
        self.words = source.blocks(FIRST_PIECE + pieces, hidden)
        self.positions = source.floats(self.limit * hidden).reshape(-1, hidden)
        self.word_norm = (source.floats(hidden), source.floats(hidden))
        norm = lambda: (source.floats(hidden), source.floats(hidden))
        self.layers = []
        for _ in range(layers):
            attention = [source.matrix(hidden, hidden) for _ in range(4)]
            first = norm()
            self.layers.append(
                (attention, first, source.matrix(inner, hidden), source.matrix(hidden, inner), norm())
            )

    def tokens(self, text):
        """The numbers of the pieces of a text, with those of its beginning and end."""
        out, after_space = "", True
        for c in unicodedata.normalize("NFKC", f"query: {text.strip()}")[: self.limit * 16]:
            if c in SPACES:
                after_space = True
            elif c not in DROPPED:
                out += (SPACE if after_space else "") + c
                after_space = False
        best = [(float("-inf"), UNKNOWN, 0)] * (len(out) + 1)
        best[0] = (0.0, UNKNOWN, 0)
        for start in range(len(out)):
            here = best[start][0]
            for end in range(start + 1, min(len(out), start + self.longest) + 1):
                found = self.pieces.get(out[start:end])
                if found and here + found[1] > best[end][0]:
                    best[end] = (here + found[1], found[0], start)
            if here + self.unknown > best[start + 1][0]:
                best[start + 1] = (here + self.unknown, UNKNOWN, start)
        tokens, at = [], len(out)
        while at:
            tokens.append(best[at][1])
            at = best[at][2]
        return [START, *tokens[::-1][: self.limit - 2], END]

    def embed(self, texts, batch=64):
        """One row for each text, of length 1."""
        tokens = [self.tokens(text) for text in texts]
        order = sorted(range(len(texts)), key=lambda i: len(tokens[i]))
        out = np.zeros((len(texts), self.hidden), dtype=np.float32)
        for at in range(0, len(order), batch):
            part = order[at : at + batch]
            out[part] = self.batch([tokens[i] for i in part])
        return out

    def batch(self, rows):
        longest = max(map(len, rows))
        mask = np.zeros((len(rows), longest), dtype=bool)
        numbers = np.zeros((len(rows), longest), dtype=int)
        for i, row in enumerate(rows):
            numbers[i, : len(row)], mask[i, : len(row)] = row, True
        x = self.norm(self.words[numbers] + self.positions[:longest], self.word_norm)
        many, size = len(rows), self.hidden // self.heads
        split = lambda m: m.reshape(many, longest, self.heads, size).transpose(0, 2, 1, 3)
        for attention, first, inner, outer, second in self.layers:
            query, key, value = (split(x @ w + b) for w, b in attention[:3])
            fits = query @ key.transpose(0, 1, 3, 2) / float(np.sqrt(size))
            fits = np.where(mask[:, None, None, :], fits, -1e9)
            fits = np.exp(fits - fits.max(-1, keepdims=True))
            fits /= fits.sum(-1, keepdims=True)
            context = (fits @ value).transpose(0, 2, 1, 3).reshape(many, longest, self.hidden)
            x = self.norm(x + context @ attention[3][0] + attention[3][1], first)
            x = self.norm(x + gelu(x @ inner[0] + inner[1]) @ outer[0] + outer[1], second)
        mean = (x * mask[..., None]).sum(1)
        return mean / np.linalg.norm(mean, axis=1, keepdims=True)

    def norm(self, x, weights):
        x = x - x.mean(-1, keepdims=True)
        return x / np.sqrt((x * x).mean(-1, keepdims=True) + self.epsilon) * weights[0] + weights[1]


def gelu(x):
    z = np.abs(x) * np.float32(np.sqrt(0.5))
    t = 1 / (1 + z * np.float32(0.3275911))
    series = np.zeros_like(x)
    for factor in (1.0614054, -1.453152, 1.4214137, -0.28449674, 0.2548296):
        series = (series + np.float32(factor)) * t
    outside = series * np.exp(-z * z) * np.float32(0.5)
    return x * np.where(x < 0, outside, 1 - outside)


def check(embedder, path):
    """The least cosine between these vectors and the reference vectors."""
    with open(path) as file:
        cases = json.load(file)
    vectors = embedder.embed([case["text"] for case in cases])
    known = np.array([case["vector"] for case in cases], dtype=np.float32)
    return float(((vectors * known).sum(1) / np.linalg.norm(known, axis=1)).min())
