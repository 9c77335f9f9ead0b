#!/usr/bin/env python3
"""Writes metrics.json: scores as scikit-learn, SciPy and plain NumPy compute them.

    python Tests/Golden/metrics.py          needs scikit-learn (made with 1.9)

The tests read the file alone; run this to make it anew.
"""
import json
import pathlib

import numpy
from scipy.stats import binomtest
from sklearn import metrics

PICTURES, CLASSES = 150, 4


def predictions(seed):
    """Probabilities with ties and mistakes: multiples of 1/64, so that text holds them exactly."""
    random = numpy.random.default_rng(seed)
    labels = random.integers(0, CLASSES, PICTURES)
    counts = random.multinomial(32, [1 / CLASSES] * CLASSES, PICTURES)
    counts[numpy.arange(PICTURES), labels] += 12
    wrong = random.integers(0, CLASSES, PICTURES)
    counts[numpy.arange(PICTURES), wrong] += 20
    return labels, counts / 64


def calibration_error(labels, probabilities, bins):
    confidence, predicted = probabilities.max(1), probabilities.argmax(1)
    error = 0
    for b in range(bins):
        inside = (confidence > b / bins) & (confidence <= (b + 1) / bins)
        if inside.any():
            gap = abs(confidence[inside].mean() - (predicted[inside] == labels[inside]).mean())
            error += inside.mean() * gap
    return error


def main():
    labels, probabilities = predictions(1)
    predicted = probabilities.argmax(1)
    scores = {
        average or "classes": [numpy.asarray(x).tolist() for x in
                               metrics.precision_recall_fscore_support(labels, predicted, average=average, zero_division=0)[:3]]
        for average in (None, "macro", "weighted")
    }
    hits = int((predicted == labels).sum())
    interval = binomtest(hits, PICTURES).proportion_ci(0.95, method="wilson")
    golden = {
        "labels": labels.tolist(),
        "probabilities64": (probabilities * 64).astype(int).ravel().tolist(),
        "accuracy": metrics.accuracy_score(labels, predicted),
        "wilson": [interval.low, interval.high],
        "confusion": metrics.confusion_matrix(labels, predicted).ravel().tolist(),
        "scores": scores,
        "area": [metrics.roc_auc_score(labels == c, probabilities[:, c]) for c in range(CLASSES)],
        "calibration10": calibration_error(labels, probabilities, 10),
        # Only one of two models right: b and c pictures; the exact two-sided p-value.
        "mcnemar": [[b, c, binomtest(b, b + c).pvalue] for b, c in ((1, 8), (10, 12), (3, 3), (40, 81), (900, 1000))],
    }
    path = pathlib.Path(__file__).with_suffix(".json")
    path.write_text(json.dumps(golden, separators=(",", ":")).replace('],"', '],\n"') + "\n")


main()
