"""Learns the weights by which the bot tells an emergency, and writes `config/urgent.tsv`.

    python tools/urgent/train.py            # learn, report, write
    python tools/urgent/train.py --report   # learn and report only

Learns from `phrasings/`, what `patterns.txt` makes, the rules' own phrasings, the articles' example questions, the development
questions and the sentences that no article answers; never from `tests/eval/test.jsonl` or a held-out
set. What is reported of a text is always said by weights that have not seen its batch.
"""

import argparse
import json
import random
import re
import tomllib
import zlib
from collections import Counter
from pathlib import Path

import numpy as np

from embedder import Embedder, check
from learning import KINDS, Texts, learn_all
from taking_apart import fold

HERE = Path(__file__).parent
ROOT = HERE.parents[1]
OUT = ROOT / "config/urgent.tsv"
FOLDS = 5
PATTERNS = 0.3
"""How much a text that a pattern made counts."""
WEIGHT = 2.0
"""How much a text in danger counts beside a calm one."""
ALARMS = {
    "words": {
        "likely": {"far": 0.0035, "near": 0.025, "other": 0.05},
        "sure": {"far": 0.001, "near": 0.01, "other": 0.005},
    },
    "meaning": {
        "likely": {"far": 0.0028, "near": 0.0175, "other": 0.05},
        "sure": {"far": 0.001, "near": 0.01, "other": 0.005},
    },
}
"""The share of calm texts that may count as likely and as sure: questions in scope, near a crime and far
from it, and everything else that is calm. Of all questions in scope that is below one in a hundred."""

NEIGHBOURS = ("bluff-", "konto-hackat", "bank-kort-sparra", "mobil-stulen-efter", "bankid-sakert")
"""Articles about what may be a fraud: `questions.tsv` says which of their questions tell of one, and which do not."""

class Row:
    """One labelled text. Without a weight it is only counted, never learnt from."""

    def __init__(self, kind, lang, text, batch, weight=1.0, scope=""):
        self.kind, self.lang, self.text, self.batch, self.weight = kind, lang, text, batch, weight
        # "near": a question in scope about crime; "far": about anything else in scope.
        self.scope = scope


def lines(path):
    return [line for line in path.read_text().splitlines() if line and not line.startswith("#")]


def jsonl(name):
    return [json.loads(line) for line in lines(ROOT / "tests/eval" / name)]


def labelled():
    """Everything that is learnt from, each text once."""
    rows = []
    for path in sorted((HERE / "phrasings").glob("*.tsv")):
        rows += [Row(*line.split("\t"), batch=path.stem) for line in lines(path)]
    own = [line.split("\t", 1) for line in lines(ROOT / "tests/it/rules.tsv")]
    own = [(kind, "?", text) for kind, text in own] + [(r["kind"], r["lang"], r["q"]) for r in jsonl("urgent.jsonl")]
    # The file grew batch by batch: its parts are by different hands.
    rows += [Row(kind, lang, text, f"rules{at * 8 // len(own)}") for at, (kind, lang, text) in enumerate(own)]
    rows += [row for row in examples()]
    rows += [row for row in patterns()]
    rows += [Row("calm", *line.split("\t", 1), batch="none") for line in lines(ROOT / "config/none.txt")]
    for path in sorted((ROOT / "config/languages").glob("*.txt")):
        rows += [Row("calm", path.stem, line, "languages", 0.3) for line in lines(path)]
    for row in jsonl("dev.jsonl"):
        article = str(row.get("article") or "none")
        rows.append(about(article, row["lang"], row["q"], "dev") if article != "none" else Row("calm", row["lang"], row["q"], "dev"))
    known = {}
    for row in rows:
        known.setdefault((row.kind, row.text.lower()), row)
    for row in known.values():
        if row.kind not in (*KINDS, "calm"):
            row.kind, row.weight = "open", 0.0
        elif row.kind == "calm" and row.batch != "patterns":
            row.scope = row.scope or "other"
    return list(known.values())


def unmeasured(rows):
    """The rows without the texts that the weights are measured on."""
    measured = {row["q"] for name in ("test.jsonl", "urgent_unseen.jsonl") for row in jsonl(name)}
    for name in ("rules_held_out.tsv", "urgent_held_out.tsv"):
        measured |= {line.split("\t")[-1] for line in lines(ROOT / "tests/it" / name)}
    measured = {fold(text) for text in measured}
    return [row for row in rows if fold(row.text) not in measured]


def about(article, lang, text, batch, told={}):
    """A question that an article answers."""
    if not told:
        told |= {text: kind for kind, text in (line.split("\t", 1) for line in lines(HERE / "questions.tsv"))}
    kind = told.get(text)
    crime = any(name in article for name in NEIGHBOURS)
    if kind is None:
        kind = "fraud" if "bedrageri-pagar" in article else "open" if crime else "calm"
    scope = ("near" if crime else "far") if kind == "calm" else ""
    return Row(kind, lang, text, batch, float(kind != "open"), scope)


def examples():
    for path in sorted((ROOT / "config/knowledge").glob("*.md")):
        slug, lang = path.stem.split(".")
        head = tomllib.loads(path.read_text().split("+++")[1])
        for text in head.get("examples", []):
            yield about(slug, lang, text, f"examples{zlib.crc32(slug.encode()) % FOLDS}")


def patterns():
    """The phrasings that `patterns.txt` makes."""
    ways, chance, made = {}, random.Random(1), []

    def filled(pattern):
        while found := re.search(r"\[(\w+)\]", pattern):
            pattern = pattern[: found.start()] + chance.choice(ways[found[1]]) + pattern[found.end() :]
        return re.sub(" +([,?]|$)", r"\1", pattern).strip()

    for line in lines(HERE / "patterns.txt"):
        if "\t" in line:
            made.append(re.fullmatch(r"(\w+)\t([\w-]+)\t(.+) /(\d+)", line).groups())
        else:
            name, value = line.split(" = ", 1)
            ways[name] = value.split("|")
    for kind, lang, pattern, many in made:
        yield from (Row(kind, lang, filled(pattern), "patterns", PATTERNS) for _ in range(int(many)))


def folds(rows):
    """A fold for each row; a batch is never in two. What patterns make is in none: it is always learnt from."""
    batches = sorted({row.batch for row in rows} - {"patterns"})
    size = Counter(row.batch for row in rows if row.kind in KINDS)
    load, fold_of = [0] * FOLDS, {}
    for batch in sorted(batches, key=lambda b: (-size[b], b)):
        fold_of[batch] = load.index(min(load))
        load[fold_of[batch]] += size[batch] + 1
    for batch in batches:
        if batch.startswith("examples"):
            fold_of[batch] = int(batch[-1])
    return np.array([fold_of.get(row.batch, FOLDS) for row in rows])


def thresholds(rows, margins, alarms):
    """From where on a text counts as likely and as sure. What is likely may be said of some who ask
    about ways of fraud; what is sure may not."""
    limits = {}
    for name, shares in alarms.items():
        calm = {scope: np.sort(margins[[row.scope == scope for row in rows]])[::-1] for scope in shares}
        limits[name] = max(float(calm[scope][int(len(calm[scope]) * share)]) for scope, share in shares.items())
    return limits


def report(rows, learnt, limits):
    for tier in ("words", "meaning"):
        hit = lambda name: (learnt["margins"][tier] > [limits[k][tier][name] for k in KINDS]).any(1)
        likely, sure = hit("likely"), hit("sure")
        groups = {}
        for at, row in enumerate(rows):
            batch = re.sub("[0-9]+$", "", row.batch) if row.batch.startswith(("examples", "rules")) else row.batch
            groups.setdefault((row.kind, "batch", batch), []).append(at)
            if row.scope:
                groups.setdefault(("in scope", row.scope, "dev" if row.batch == "dev" else "examples"), []).append(at)
            if row.kind in KINDS:
                groups.setdefault((row.kind, "language", row.lang), []).append(at)
        print(f"\n{tier}: share shown the numbers (share answered with them alone)")
        for key in sorted(groups):
            part = groups[key]
            print(f"  {' '.join(key)}: {likely[part].mean():.3f} ({sure[part].mean():.3f}) of {len(part)}")


def write(known, learnt, limits):
    pair = lambda name, of: f"{name}\t{of(0):.6g}\t{of(1):.6g}"
    out = ["# Weights by which an emergency is told: a name, a number for fraud, a number for crisis."]
    out += ["# Learnt by tools/urgent/train.py; not to be written by hand."]
    out.append(pair("bias", lambda k: learnt["words"][k][1]))
    for name in ALARMS["words"]:
        out.append(pair(name, lambda k, name=name: limits[KINDS[k]]["words"][name]))
    out.append(pair("doubt", lambda k: limits[KINDS[k]]["doubt"]))
    units, bias = learnt["meaning"]
    out.append(pair("meaning-bias", lambda k: bias[k]))
    for name in ALARMS["meaning"]:
        out.append(pair(f"meaning-{name}", lambda k, name=name: limits[KINDS[k]]["meaning"][name]))
    for unit in units:
        out.append("unit\t" + "\t".join(f"{number:.4g}" for number in unit))
    for name, at in sorted(known.items()):
        weights = [round(learnt["words"][k][0][at], 1) for k in range(len(KINDS))]
        if any(weights):
            out.append(f"{name}\t{weights[0]:g}\t{weights[1]:g}")
    OUT.write_text("\n".join(out) + "\n")
    print(f"\n{OUT}: {len(out)} lines, {OUT.stat().st_size} bytes")


def embedded(rows, cache):
    """The vectors of all texts; `cache` keeps them from one run to the next."""
    embedder = Embedder(ROOT / "config/embedding/e5-small.bin")
    assert check(embedder, ROOT / "tests/eval/embedding_reference.json") > 0.999
    known = dict(np.load(cache, allow_pickle=True)["known"].item()) if cache and cache.exists() else {}
    # What patterns make is of the same words in another order: the words learn from that, the meaning hardly.
    new = list(dict.fromkeys(row.text for row in rows if row.text not in known and row.batch != "patterns"))
    if new:
        known |= dict(zip(new, embedder.embed(new)))
        if cache:
            np.savez(cache, known=np.array(known, dtype=object))
    nothing = np.zeros(embedder.hidden, dtype=np.float32)
    return np.array([nothing if row.batch == "patterns" else known[row.text] for row in rows])


def main():
    options = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    options.add_argument("--report", action="store_true", help="write nothing")
    options.add_argument("--cache", type=Path, help="a file that keeps the vectors")
    options.add_argument("--margins", type=Path, help="a file for the margins of every text, to study them")
    options = options.parse_args()
    rows = unmeasured(labelled())
    texts, vectors = Texts([row.text for row in rows]), embedded(rows, options.cache)
    learnt = learn_all(rows, texts, vectors, folds(rows), FOLDS, WEIGHT)
    limits = {}
    for number, kind in enumerate(KINDS):
        margins = {tier: of_all[:, number] for tier, of_all in learnt["margins"].items()}
        limits[kind] = {tier: thresholds(rows, margins[tier], ALARMS[tier]) for tier in margins}
        # Those whose words leave no doubt are not worth the time of embedding.
        urgent = margins["words"][[row.kind == kind and row.batch != "patterns" for row in rows]]
        limits[kind]["doubt"] = float(np.quantile(urgent, 0.005))
    report(rows, learnt, limits)
    if options.margins:
        np.savez(options.margins, margins=np.array([learnt, limits, [vars(row) for row in rows]], dtype=object))
    if not options.report:
        write(texts.known, learnt, limits)


if __name__ == "__main__":
    main()
