"""What learns: a linear model of the words, and small networks of the meaning.

`train.py` says from what, and how well.
"""

from collections import Counter

import numpy as np
import scipy.sparse as sparse
from sklearn.linear_model import LogisticRegression

from taking_apart import features, parts

KINDS = ("fraud", "crisis")
LEAST = 3
"""A feature of fewer texts says nothing."""
MOST_FEATURES = 40_000
COST, FIRST_COST = 20.0, 3.0
UNITS, NETWORKS, EPOCHS, BATCH, RATE, DECAY, DROP, WORDS = 48, 2, 10, 128, 2e-3, 0.02, (0.1, 0.3), 1.0
"""How the networks learn, and how much the margins of the words count in them."""
MIX = 0.7
"""How much the margins of the words are added to those of the networks, where both are as wide."""
ALWAYS = 200.0
"""Excites a unit so much that it says what goes in, as it is."""


def matrix(taken_apart, known):
    at, columns, values = [], [], []
    for number, found in enumerate(taken_apart):
        own = sorted(known[f] for f in found if f in known)
        at += [number] * len(own)
        columns += own
        values += [1 / np.sqrt(max(len(found), 1))] * len(own)
    return sparse.csr_matrix((values, (at, columns)), shape=(len(taken_apart), len(known)))


def learn(x, y, weight, cost):
    model = LogisticRegression(C=cost, max_iter=300, random_state=1, solver="liblinear", dual=True)
    keep = weight > 0
    model.fit(x[keep], y[keep], sample_weight=weight[keep])
    return model.coef_[0], float(model.intercept_[0])


def learn_words(x, y, weight):
    """Learns from the features that matter most."""
    coefficients, _ = learn(x, y, weight, FIRST_COST)
    seen = np.asarray((x > 0).sum(0)).ravel()
    order = np.argsort(-np.abs(coefficients) * np.sqrt(seen))
    kept = np.zeros(x.shape[1], dtype=bool)
    kept[order[: MOST_FEATURES // 2]] = True
    part, bias = learn(x[:, kept], y, weight, COST)
    coefficients = np.zeros(x.shape[1])
    coefficients[kept] = part
    return coefficients, bias


class Texts:
    """The texts taken apart: each is what its strongest part is."""

    def __init__(self, texts):
        parted = [parts(text) for text in texts]
        taken_apart = [features(part) for whole in parted for part in whole]
        self.starts = np.cumsum([0, *(len(whole) for whole in parted)])[:-1]
        seen = Counter(feature for at in self.starts for feature in taken_apart[at])
        self.known = {name: at for at, name in enumerate(sorted(n for n, many in seen.items() if many >= LEAST))}
        self.all = matrix(taken_apart, self.known)
        self.wholes = self.all[self.starts]

    def margins(self, coefficients, bias):
        return np.maximum.reduceat(self.all @ coefficients, self.starts) + bias


class Network:
    """One layer of units between what goes in and a margin for each kind."""

    def __init__(self, x, y, weight, seed):
        chance = np.random.default_rng(seed)
        many = x.shape[1]
        self.parameters = [
            chance.normal(0, np.sqrt(2 / many), (many, UNITS)),
            np.zeros(UNITS),
            chance.normal(0, np.sqrt(1 / UNITS), (UNITS, len(KINDS))),
            np.full(len(KINDS), -2.0),
        ]
        self.parameters = [p.astype(np.float32) for p in self.parameters]
        first = [np.zeros_like(p) for p in self.parameters]
        second = [np.zeros_like(p) for p in self.parameters]
        keep = np.flatnonzero(weight.max(1) > 0)
        steps = EPOCHS * (len(keep) // BATCH)
        for step in range(1, steps + 1):
            at = chance.choice(keep, BATCH)
            gradients = self.gradients(x[at], y[at], weight[at].astype(np.float32), chance)
            rate = np.float32(RATE * 0.5 * (1 + np.cos(np.pi * step / steps)))
            for number, (p, g) in enumerate(zip(self.parameters, gradients)):
                first[number] = np.float32(0.9) * first[number] + np.float32(0.1) * g
                second[number] = np.float32(0.999) * second[number] + np.float32(0.001) * g * g
                mean, spread = first[number] / (1 - 0.9**step), second[number] / (1 - 0.999**step)
                p -= (rate * (mean / (np.sqrt(spread) + 1e-8) + (DECAY * p if p.ndim > 1 else 0))).astype(np.float32)

    def gradients(self, x, y, weight, chance):
        into, bias, out, last = self.parameters
        drop = lambda shape, share: (chance.random(shape, dtype=np.float32) > share) / np.float32(1 - share)
        x = x * drop(x.shape, DROP[0])
        excited = x @ into + bias
        kept = drop(excited.shape, DROP[1])
        hidden = np.maximum(excited, 0) * kept
        wrong = (1 / (1 + np.exp(-(hidden @ out + last))) - y) * weight / np.float32(len(x))
        back = wrong @ out.T * kept * (excited > 0)
        return [x.T @ back, back.sum(0), hidden.T @ wrong, wrong.sum(0)]

    def margins(self, x):
        into, bias, out, last = self.parameters
        return np.maximum(x @ into + bias, 0) @ out + last


class Meaning:
    """Some networks that were begun differently: their mean is steadier than each."""

    def __init__(self, words, vectors, y, weight, networks=NETWORKS):
        some = vectors[vectors.any(1)]
        self.shift = np.concatenate([np.zeros(len(KINDS)), some.mean(0)]).astype(np.float32)
        self.scale = np.concatenate([words.std(0) / WORDS, some.std(0)]).astype(np.float32)
        x = self.prepared(words, vectors)
        self.networks = [Network(x, y, weight, seed) for seed in range(networks)]
        said = np.mean([network.margins(x) for network in self.networks], axis=0)
        self.mix = MIX * said.std(0) / words.std(0)

    def prepared(self, words, vectors):
        return ((np.hstack([words, vectors]) - self.shift) / self.scale).astype(np.float32)

    def margins(self, words, vectors):
        x = self.prepared(words, vectors)
        return np.mean([network.margins(x) for network in self.networks], axis=0) + self.mix * words

    def units(self):
        """The bias of each unit, what it adds, and what excites it, for numbers as they are; and the bias of all."""
        rows = []
        for network in self.networks:
            into, bias, out, _ = network.parameters
            into = into / self.scale[:, None]
            rows.append(np.hstack([(bias - self.shift @ into)[:, None], out / len(self.networks), into.T]))
        size = rows[0].shape[1]
        for kind in range(len(KINDS)):
            row = np.zeros(size)
            row[0], row[1 + kind], row[1 + len(KINDS) + kind] = ALWAYS, self.mix[kind], 1.0
            rows.append(row[None])
        bias = np.mean([network.parameters[3] for network in self.networks], axis=0) - ALWAYS * self.mix
        return np.vstack(rows), bias


def unseen(fold, folds, learn_from):
    """What weights that have not seen a text's batch say of it; `learn_from` gives a judge of all texts. Texts
    in no fold are always learnt from."""
    margins = None
    for number in range(folds):
        said = learn_from(fold != number)
        margins = said.copy() if margins is None else margins
        margins[fold == number] = said[fold == number]
    return margins


def learn_all(rows, texts, vectors, fold, folds, positive_weight):
    """The weights of both kinds, and the margins that weights without a text's batch give it."""
    kinds = range(len(KINDS))
    y = np.array([[row.kind == kind for kind in KINDS] for row in rows], dtype=np.float32)
    weight = np.array([row.weight for row in rows])[:, None] * np.where(y > 0, positive_weight, 1.0)
    words_weight = weight
    words = lambda kind, seen: learn_words(texts.wholes[seen], y[seen, kind], words_weight[seen, kind])
    words_from = lambda seen: np.stack([texts.margins(*words(kind, seen)) for kind in kinds], axis=1)
    margins = unseen(fold, folds, words_from)
    # What has no vector is not learnt from here.
    weight = weight * vectors.any(1)[:, None]
    meaning = lambda seen, *many: Meaning(margins[seen], vectors[seen], y[seen], weight[seen], *many)
    everything = np.ones(len(rows), dtype=bool)
    return {
        "words": [words(kind, everything) for kind in kinds],
        "meaning": meaning(everything).units(),
        "margins": {"words": margins, "meaning": unseen(fold, folds, lambda seen: meaning(seen, 1).margins(margins, vectors))},
    }
