"""A unigram tokenizer in plain Python, for measuring which pieces are used.

Splits as the model's own tokenizer does: the most probable sequence of pieces.
Slow; the bot does not use it.
"""

UNKNOWN = -1
"""Stands for a character that no piece covers."""

UNKNOWN_PENALTY = 10.0
"""How much less probable an unknown character is than the rarest piece."""


class Unigram:
    """Splits words with a table of pieces and their log probabilities."""

    def __init__(self, pieces: dict[str, tuple[int, float]], lowest: float):
        self.pieces = pieces
        self.longest = max(map(len, pieces))
        self.unknown = lowest - UNKNOWN_PENALTY

    def split(self, word: str) -> list[int]:
        """Returns the piece numbers of `word`, first to last."""
        size = len(word)
        best = [float("-inf")] * (size + 1)
        best[0] = 0.0
        back = [(0, UNKNOWN)] * (size + 1)
        for start in range(size):
            here = best[start]
            for end in range(start + 1, min(size, start + self.longest) + 1):
                found = self.pieces.get(word[start:end])
                if found is not None and here + found[1] > best[end]:
                    best[end] = here + found[1]
                    back[end] = (start, found[0])
            if here + self.unknown > best[start + 1]:
                best[start + 1] = here + self.unknown
                back[start + 1] = (start, UNKNOWN)
        split = []
        while size:
            size, piece = back[size]
            split.append(piece)
        return split[::-1]
