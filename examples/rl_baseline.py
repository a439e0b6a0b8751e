"""A reinforcement-learning baseline: cross-entropy method over a small linear policy.

It begins as the owner's habit and is judged on worlds it never saw, pair by pair. Few worlds and
few rounds: a baseline to be beaten, not a result. `python rl_baseline.py [ROUNDS]`.
"""

from __future__ import annotations

import sys
from statistics import fmean, stdev

import aicfo_sim.gym as merchants
import gymnasium
import numpy as np

ENV = gymnasium.make(merchants.ID, archetype="contractor", days=60)
SIZES = [len(values) for values in merchants.ACTIONS.values()]
SEEN = ["short", "cash", "due in 28 days", "bills held", "bank line used", "quick line used"]
COLUMNS = [merchants.OBSERVED.index(name) for name in SEEN]
SHAPE = (sum(SIZES), 1 + len(SEEN))
TRAIN, TEST, CROWD, BEST = range(100, 104), range(200, 224), 12, 3


def owner() -> np.ndarray:
    """Return weights with which the policy does what the owner does, whatever it sees."""
    weights = np.zeros(SHAPE)
    firsts = np.cumsum([0, *SIZES[:-1]])
    weights[firsts + np.array(merchants.OWNER), 0] = 1.0
    return weights


def act(weights: np.ndarray, seen: np.ndarray) -> np.ndarray:
    """Return the best of each head; amounts in yuan are seen on a scale of magnitudes."""
    features = np.append(1.0, np.log1p(np.maximum(seen[COLUMNS], 0.0)) / 20.0)
    heads = np.split(weights @ features, np.cumsum(SIZES)[:-1])
    return np.array([head.argmax() for head in heads])


def gained(weights: np.ndarray, seed: int) -> float:
    """Return what an episode adds to wealth, yuan."""
    seen, _ = ENV.reset(seed=seed)
    total, over = 0.0, False
    while not over:
        seen, reward, closed, ended, _ = ENV.step(act(weights, seen))
        total, over = total + float(reward), closed or ended
    return total


def train(rounds: int, rng: np.random.Generator) -> np.ndarray:
    """Return the mean of the last crowd's best."""
    mean, spread = owner(), np.full(SHAPE, 0.6)
    for number in range(rounds):
        crowd = [mean, *(mean + spread * rng.standard_normal(SHAPE) for _ in range(CROWD - 1))]
        scores = [fmean(gained(one, seed) for seed in TRAIN) for one in crowd]
        best = [crowd[place] for place in np.argsort(scores)[-BEST:]]
        mean, spread = np.mean(best, axis=0), np.std(best, axis=0) + 0.05
        print(f"round {number + 1}: best of {CROWD} gains {max(scores):,.0f} yuan a world")
    return mean


def main() -> None:
    """Train, then compare with the owner on the same unseen worlds."""
    learned = train(int(sys.argv[1]) if len(sys.argv) > 1 else 4, np.random.default_rng(7))
    gaps = [gained(learned, seed) - gained(owner(), seed) for seed in TEST]
    half = 2.069 * stdev(gaps) / len(gaps) ** 0.5  # Student's t, 23 degrees of freedom
    print(f"on {len(gaps)} unseen worlds: {fmean(gaps):+,.0f} ± {half:,.0f} yuan against the owner")


if __name__ == "__main__":
    main()
