"""Learns the weights by which the bot tells an emergency, and writes `config/urgent.tsv`.

    python tools/urgent/train.py            # learn, report, write
    python tools/urgent/train.py --report   # learn and report only

Learns from `phrasings/`, the rules' own phrasings, the articles' example questions, the development
questions and the sentences that no article answers; never from `tests/eval/test.jsonl` or a held-out
set. What is reported of a text is always said by weights that have not seen its batch.
"""

import argparse
import json
import re
import tomllib
import unicodedata
import zlib
from collections import Counter
from pathlib import Path

import numpy as np
import scipy.sparse as sparse
from sklearn.linear_model import LogisticRegression

from embedder import Embedder, check

ROOT = Path(__file__).parents[2]
OUT = ROOT / "config/urgent.tsv"
KINDS = ("fraud", "crisis")
FOLDS = 5
STEM, NEAR, RUNS, MOST_WORDS, LONGEST_WORD = 5, 3, range(3, 6), 120, 40
"""As in `src/facts/urgent/features.rs`."""
LEAST = 3
"""A feature of fewer texts says nothing."""
MOST_FEATURES = 16_000
COST = {"words": 30.0, "meaning": 0.1}
WEIGHT = 2.0
"""How much a text in danger counts beside a calm one."""
ALARMS = {
    "likely": {"far": 0.004, "near": 0.08, "other": 0.04},
    "sure": {"far": 0.001, "near": 0.01, "other": 0.005},
}
"""The share of calm texts that may count as likely and as sure: questions in scope, near a crime and far
from it, and everything else that is calm."""

NEIGHBOURS = ("bluff-anmala", "konto-hackat", "bank-kort-sparra", "mobil-stulen-efter", "bankid-sakert")
"""Articles about what may be a fraud: calm, but a warning above their answers does no harm."""

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
    for path in sorted((ROOT / "tools/urgent/phrasings").glob("*.tsv")):
        rows += [Row(*line.split("\t"), batch=path.stem) for line in lines(path)]
    own = [line.split("\t", 1) for line in lines(ROOT / "tests/it/rules.tsv")]
    own = [(kind, "?", text) for kind, text in own] + [(r["kind"], r["lang"], r["q"]) for r in jsonl("urgent.jsonl")]
    # The file grew batch by batch: its parts are by different hands.
    rows += [Row(kind, lang, text, f"rules{at * 8 // len(own)}") for at, (kind, lang, text) in enumerate(own)]
    rows += [row for row in examples()]
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
        elif row.kind == "calm":
            row.scope = row.scope or "other"
    return list(known.values())


def about(article, lang, text, batch):
    """A question that an article answers."""
    if "bedrageri-pagar" in article:
        return Row("fraud", lang, text, batch)
    # Those in a fraud ask for the articles about its ways too: calm, mostly.
    if "bluff-" in article and "bluff-anmala" not in article:
        return Row("calm", lang, text, batch, 0.5, "near")
    crime = article.strip('"') in NEIGHBOURS
    return Row("calm", lang, text, batch, scope="near" if crime else "far")


def examples():
    for path in sorted((ROOT / "config/knowledge").glob("*.md")):
        slug, lang = path.stem.split(".")
        head = tomllib.loads(path.read_text().split("+++")[1])
        for text in head.get("examples", []):
            yield about(slug, lang, text, f"examples{zlib.crc32(slug.encode()) % FOLDS}")


def folds(rows):
    """A fold for each row; a batch is never in two."""
    batches = sorted({row.batch for row in rows})
    size = Counter(row.batch for row in rows if row.kind in KINDS)
    load, fold_of = [0] * FOLDS, {}
    for batch in sorted(batches, key=lambda b: (-size[b], b)):
        fold_of[batch] = load.index(min(load))
        load[fold_of[batch]] += size[batch] + 1
    for batch in batches:
        if batch.startswith("examples"):
            fold_of[batch] = int(batch[-1])
    return np.array([fold_of[row.batch] for row in rows])


def matrix(taken_apart, known):
    at, columns, values = [], [], []
    for number, found in enumerate(taken_apart):
        own = sorted(known[f] for f in found if f in known)
        at += [number] * len(own)
        columns += own
        values += [1 / np.sqrt(max(len(found), 1))] * len(own)
    return sparse.csr_matrix((values, (at, columns)), shape=(len(taken_apart), len(known)))


def learn(x, y, weight, cost):
    solver = {"solver": "liblinear", "dual": True} if sparse.issparse(x) else {"solver": "lbfgs"}
    model = LogisticRegression(C=cost, max_iter=300, random_state=1, **solver)
    keep = weight > 0
    model.fit(x[keep], y[keep], sample_weight=weight[keep])
    return model.coef_[0], float(model.intercept_[0])


def learn_words(x, y, weight):
    """Learns from the features that matter most."""
    coefficients, bias = learn(x, y, weight, COST["words"])
    seen = np.asarray((x > 0).sum(0)).ravel()
    order = np.argsort(-np.abs(coefficients) * np.sqrt(seen))
    kept = np.zeros(x.shape[1], dtype=bool)
    kept[order[: MOST_FEATURES // 2]] = True
    part, bias = learn(x[:, kept], y, weight, COST["words"])
    coefficients = np.zeros(x.shape[1])
    coefficients[kept] = part
    return coefficients, bias


def out_of_fold(x, y, weight, fold, teach):
    margins = np.zeros(len(y))
    for number in range(FOLDS):
        held = fold == number
        coefficients, bias = teach(x[~held], y[~held], weight[~held])
        margins[held] = x[held] @ coefficients + bias
    return margins


def learn_all(rows, vectors, kind, known, x):
    """Weights of one kind, and the margins that weights without a text's batch give it."""
    fold = folds(rows)
    y = np.array([row.kind == kind for row in rows])
    weight = np.array([row.weight for row in rows]) * np.where(y, WEIGHT, 1.0)
    words = out_of_fold(x, y, weight, fold, learn_words)
    centre, spread = vectors.mean(0), vectors.std(0)
    dense = np.hstack([words[:, None] / words.std(), (vectors - centre) / spread / 4])
    teach = lambda x, y, w: learn(x, y, w, COST["meaning"])
    meaning = out_of_fold(dense, y, weight, fold, teach)
    coefficients, bias = teach(dense, y, weight)
    dimensions = coefficients[1:] / spread / 4
    return {
        "words": learn_words(x, y, weight),
        "meaning": (coefficients[0] / words.std(), dimensions, bias - float(dimensions @ centre)),
        "margins": {"words": words, "meaning": meaning},
    }


def thresholds(rows, margins):
    """From where on a text counts as likely and as sure. What is likely may be said of some who ask
    about ways of fraud; what is sure may not."""
    limits = {}
    for name, shares in ALARMS.items():
        calm = {scope: np.sort(margins[[row.scope == scope for row in rows]])[::-1] for scope in shares}
        limits[name] = max(float(calm[scope][int(len(calm[scope]) * share)]) for scope, share in shares.items())
    return limits


def report(rows, learnt, limits):
    for tier in ("words", "meaning"):
        hit = lambda name: np.any([learnt[k]["margins"][tier] > limits[k][tier][name] for k in KINDS], axis=0)
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
    pair = lambda name, of: f"{name}\t{of('fraud'):.4g}\t{of('crisis'):.4g}"
    out = ["# Weights by which an emergency is told: a name, a number for fraud, a number for crisis."]
    out += ["# Learnt by tools/urgent/train.py; not to be written by hand."]
    out.append(pair("bias", lambda k: learnt[k]["words"][1]))
    for name in ALARMS:
        out.append(pair(name, lambda k, name=name: limits[k]["words"][name]))
    out.append(pair("doubt", lambda k: limits[k]["doubt"]))
    out.append(pair("meaning-bias", lambda k: learnt[k]["meaning"][2]))
    out.append(pair("meaning-words", lambda k: learnt[k]["meaning"][0]))
    for name in ALARMS:
        out.append(pair(f"meaning-{name}", lambda k, name=name: limits[k]["meaning"][name]))
    for at in range(len(learnt["fraud"]["meaning"][1])):
        out.append(pair(f"d:{at}", lambda k, at=at: learnt[k]["meaning"][1][at]))
    for name, at in sorted(known.items()):
        weights = [round(learnt[k]["words"][0][at], 1) for k in KINDS]
        if any(weights):
            out.append(f"{name}\t{weights[0]:g}\t{weights[1]:g}")
    OUT.write_text("\n".join(out) + "\n")
    print(f"\n{OUT}: {len(out)} lines, {OUT.stat().st_size} bytes")


def embedded(rows, cache):
    """The vectors of all texts; `cache` keeps them from one run to the next."""
    embedder = Embedder(ROOT / "config/embedding/e5-small.bin")
    assert check(embedder, ROOT / "tests/eval/embedding_reference.json") > 0.999
    known = dict(np.load(cache, allow_pickle=True)["known"].item()) if cache and cache.exists() else {}
    new = list(dict.fromkeys(row.text for row in rows if row.text not in known))
    if new:
        known |= dict(zip(new, embedder.embed(new)))
        if cache:
            np.savez(cache, known=np.array(known, dtype=object))
    return np.array([known[row.text] for row in rows])


def main():
    options = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    options.add_argument("--report", action="store_true", help="write nothing")
    options.add_argument("--cache", type=Path, help="a file that keeps the vectors")
    options.add_argument("--margins", type=Path, help="a file for the margins of every text, to study them")
    options = options.parse_args()
    rows = labelled()
    taken_apart = [features(row.text) for row in rows]
    seen = Counter(feature for found in taken_apart for feature in found)
    known = {name: at for at, name in enumerate(sorted(n for n, many in seen.items() if many >= LEAST))}
    x, vectors = matrix(taken_apart, known), embedded(rows, options.cache)
    learnt = {kind: learn_all(rows, vectors, kind, known, x) for kind in KINDS}
    limits = {}
    for kind in KINDS:
        margins = learnt[kind]["margins"]
        limits[kind] = {tier: thresholds(rows, margins[tier]) for tier in margins}
        # Those whose words leave no doubt are not worth the time of embedding.
        urgent = margins["words"][[row.kind == kind for row in rows]]
        limits[kind]["doubt"] = float(np.quantile(urgent, 0.005))
    report(rows, learnt, limits)
    if options.margins:
        np.savez(options.margins, margins=np.array([learnt, limits, [vars(row) for row in rows]], dtype=object))
    if not options.report:
        write(known, learnt, limits)


if __name__ == "__main__":
    main()
