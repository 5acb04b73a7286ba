"""Measures what the chosen pieces lose on texts of your own.

Splits every word of the given UTF-8 files with all pieces and with the kept
ones, and prints how many pieces of the first splitting are missing from the
second. Run it when the knowledge base has grown or gained a language.
"""

import sys
import unicodedata

from make_model import read_kept
from source_model import read_source
from unigram import Unigram

META = "\u2581"


def main(source: str, kept_path: str, texts: list[str]) -> None:
    model = read_source(source)
    kept = set(read_kept(kept_path, len(model.pieces)))
    everything = set(range(4, len(model.pieces) - 1))
    dropped = everything - kept
    full, pruned = (
        Unigram({model.pieces[i]: (i, model.scores[i]) for i in numbers}, min(model.scores))
        for numbers in (everything, kept)
    )
    for path in texts:
        with open(path, encoding="utf-8") as file:
            words = unicodedata.normalize("NFKC", file.read().replace("\u200c", " ")).split()
        total = lost = 0
        missing: dict[str, None] = {}
        for word in words:
            pieces = full.split(META + word)
            total += len(pieces)
            gone = [piece for piece in pieces if piece in dropped]
            if pieces != pruned.split(META + word):
                lost += max(1, len(gone))
                missing.update((model.pieces[piece], None) for piece in gone)
        share = 100 * lost / max(1, total)
        print(f"{path}: {total} pieces, {share:.3f} % lost, such as {list(missing)[:12]}")


if __name__ == "__main__":
    if len(sys.argv) < 4:
        sys.exit("usage: check_pieces.py SOURCE.bin kept_pieces.txt TEXT...")
    main(sys.argv[1], sys.argv[2], sys.argv[3:])
