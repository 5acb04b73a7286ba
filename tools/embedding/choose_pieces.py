"""Chooses which vocabulary pieces the bot's languages need.

Writes `kept_pieces.txt`: one bit for each piece of the source vocabulary, as
base64. A piece is kept when

* it is at most three letters of an alphabet the bot's users write with, so
  that misspelt and unusual words can still be spelt out, or
* it is made of digits, punctuation and symbols, emoji among them, or
* words of a language the bot answers in, or one close to it, use it at least
  `LEAST_SHARE` of the time, by the frequency lists of `wordfreq`, or
* it is such a word by itself, in any letter case (iPhone, HTML; the lists know
  lower case only), of a frequency of at least `LEAST_FREQUENCY`, or
* it is plausible Somali: every five letters of it occur in a Somali corpus, by
  the tables of `lingua`. wordfreq has no Somali.

The lists serve as measurement; nothing of them ends up in the model. Takes
about four minutes and gives the same file each time.
"""

import base64
import collections
import json
import sys
import unicodedata
import zipfile

import brotli
import wordfreq

from source_model import SourceModel, read_source
from unigram import UNKNOWN, Unigram

LEAST_SHARE = 3e-8
"""Share of a language's tokens below which a piece is dropped."""

LEAST_FREQUENCY = 1e-7
"""Frequency from which a word is kept whole, and also measured capitalised and
without accents."""

WORD_LANGUAGES = ["sv", "en", "ar", "fa", "uk", "ru", "fi", "pl", "nb", "da"]
"""The bot's languages, their neighbours, and Russian, which many who write
Ukrainian mix in. Somali is chosen by `somali_pieces`."""

LATIN = set("abcdefghijklmnopqrstuvwxyzåäöæøéèüáàóíńśźżćęąłšž")
CYRILLIC = set("абвгґдеєжзиіїйклмнопрстуфхцчшщьюяыэъё'’")
ARABIC = set("ءآأؤإئابةتثجحخدذرزسشصضطظعغـفقكلمنهوىيپچژگکیۀ") | {
    chr(code) for code in range(0x64B, 0x653)
}
SHORT = 3
META = "\u2581"


def is_short(text: str) -> bool:
    """Whether `text` is a few letters of one of the alphabets."""
    letters = set(text.lower())
    return len(text) <= SHORT and any(letters <= alphabet for alphabet in (LATIN, CYRILLIC, ARABIC))


def is_common_sign(char: str) -> bool:
    """Whether `char` is a digit, mark or symbol that any of the languages uses."""
    code = ord(char)
    if char.isdigit():
        return char.isascii() or 0x660 <= code <= 0x669 or 0x6F0 <= code <= 0x6F9
    if 0x2E80 <= code <= 0xA4CF or 0xFE30 <= code <= 0xFFEF:
        return False
    if "ARABIC" in unicodedata.name(char, ""):
        return True
    shared = code < 0x370 or 0x2000 <= code <= 0x2BFF or code >= 0x1F000
    return shared and unicodedata.category(char)[0] in "PSZ"


def somali_pieces(pieces: list[str], lingua_wheel: str) -> set[int]:
    """Returns the numbers of the pieces that could be Somali."""
    grams: set[str] = set()
    with zipfile.ZipFile(lingua_wheel) as wheel:
        for name in ("unigrams", "bigrams", "trigrams", "quadrigrams", "fivegrams"):
            packed = wheel.read(f"lingua/language-models/so/{name}.json.br")
            for group in json.loads(brotli.decompress(packed))["ngrams"].values():
                grams.update(group.split())
    kept = set()
    for number, piece in enumerate(pieces):
        text = piece.replace(META, "").lower()
        if text.isascii() and text.isalpha():
            windows = [text[i : i + 5] for i in range(max(1, len(text) - 4))]
            if all(window in grams for window in windows):
                kept.add(number)
    return kept


def without_accents(word: str) -> str:
    """Returns `word` as typed on a keyboard that lacks its accented letters."""
    plain = unicodedata.normalize("NFD", word.replace("ł", "l").replace("ø", "o").replace("æ", "ae"))
    return "".join(char for char in plain if not unicodedata.combining(char))


def variants(word: str, frequency: float, language: str) -> list[tuple[str, float]]:
    """Returns the spellings of `word` to measure, each with its weight."""
    spellings = [(word, 1.0)]
    if frequency >= LEAST_FREQUENCY and language not in ("ar", "fa"):
        spellings += [(word.capitalize(), 0.15), (word.upper(), 0.01)]
        if language not in ("uk", "ru"):
            spellings.append((without_accents(word), 0.1))
    return spellings


def used_pieces(model: SourceModel) -> set[int]:
    """Returns the numbers of the pieces that words of the languages use."""
    ordinary = [i for i in range(4, len(model.pieces)) if model.pieces[i] != "<mask>"]
    table = {model.pieces[i]: (i, model.scores[i]) for i in ordinary}
    tokenizer = Unigram(table, min(model.scores))
    by_word = collections.defaultdict(list)
    for number in ordinary:
        by_word[model.pieces[number].replace(META, "").lower()].append(number)
    kept: set[int] = set()
    for language in WORD_LANGUAGES:
        use: collections.Counter[int] = collections.Counter()
        for word, frequency in wordfreq.get_frequency_dict(language, "best").items():
            if frequency >= LEAST_FREQUENCY:
                kept.update(by_word.get(word, ()))
            for spelling, weight in variants(word, frequency, language):
                for piece in tokenizer.split(META + spelling):
                    use[piece] += frequency * weight
        least = LEAST_SHARE * sum(use.values())
        kept |= {piece for piece, weight in use.items() if weight > least}
        print(language, len(kept), flush=True)
    kept.discard(UNKNOWN)
    return kept


def main(source: str, lingua_wheel: str, target: str) -> None:
    model = read_source(source)
    kept = used_pieces(model) | somali_pieces(model.pieces, lingua_wheel)
    for number, piece in enumerate(model.pieces):
        text = piece.replace(META, "")
        if is_short(text) or all(map(is_common_sign, text)):
            kept.add(number)
    kept -= {0, 1, 2, 3, len(model.pieces) - 1}
    bits = bytearray(-(-len(model.pieces) // 8))
    for number in kept:
        bits[number // 8] |= 1 << number % 8
    with open(target, "wb") as file:
        file.write(base64.encodebytes(bytes(bits)))
    print(f"kept {len(kept)} of {len(model.pieces)} pieces")


if __name__ == "__main__":
    if len(sys.argv) != 4:
        sys.exit("usage: choose_pieces.py SOURCE.bin LINGUA.whl kept_pieces.txt")
    main(*sys.argv[1:])
