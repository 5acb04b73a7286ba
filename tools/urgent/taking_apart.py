"""Takes texts apart as the bot does: the letters folded, then stems, pairs of stems and runs of letters.

As in `src/facts/rules/fold.rs` and `src/facts/urgent/features.rs`; a change there is a change here.
"""

import re
import unicodedata

STEM, NEAR, RUNS, MOST_WORDS, LONGEST_WORD, LEAST_WORDS = 5, 3, range(3, 6), 240, 40, 4

LETTERS = {"ł": "l", "đ": "d", "ð": "d", "ø": "o", "æ": "a", "ı": "i", "ک": "ك", "ڪ": "ك", "ی": "ي", "ى": "ي"}
LETTERS |= {"ې": "ي", "ہ": "ه", "ھ": "ه", "ة": "ه", "ە": "ه", "ٱ": "ا"}
SILENT = set("'’ʼ`´\xad\u0640\u0670\u061c\ufeff") | {chr(c) for c in [*range(0x300, 0x370), *range(0x64B, 0x660)]}
SILENT |= {chr(c) for c in [*range(0x200B, 0x2010), *range(0x202A, 0x202F), *range(0x2060, 0x206A)]}
SILENT |= {chr(c) for c in range(0xFE00, 0xFE10)}


def fold(text):
    """As in `src/facts/rules/fold.rs`."""
    out = ""
    for c in unicodedata.normalize("NFKD", text).lower():
        if c in SILENT:
            continue
        if 0x660 <= ord(c) <= 0x669 or 0x6F0 <= ord(c) <= 0x6F9:
            c = str(ord(c) & 15)
        c = LETTERS.get(c, c)
        if c.isalnum():
            out += c
        elif out and out[-1] != " ":
            out += " "
    return out.strip()


def parts(text):
    """The text and its sentences, as in `src/facts/urgent/features.rs`."""
    sentences = [sentence for sentence in re.split("[.!?\n؟…]", text) if " " in sentence]
    several = sentences if len(sentences) > 1 else []
    return [text, *(s for s in several[: MOST_WORDS // LEAST_WORDS] if len(fold(s).split()) >= LEAST_WORDS)]


def features(text):
    """As in `src/facts/urgent/features.rs`."""
    words = [re.sub("[0-9]+", "0", word[:LONGEST_WORD]) for word in fold(text).split()[:MOST_WORDS]]
    stems = [word[:STEM] for word in words]
    out = {f"s:{stem}" for stem in stems}
    for at, stem in enumerate(stems):
        out |= {f"p:{stem} {other}" for other in stems[at + 1 : at + 1 + NEAR]}
    letters = "_" + "_".join(words) + "_"
    for length in RUNS:
        out |= {"c:" + letters[at : at + length] for at in range(len(letters) - length + 1)}
    return out
