"""What the recorded studies of seeds come to, in sentences that are filled from their files: equal units and equal
weights, overfitting and what helps, learning rates."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from statistics import mean

import numpy as np

from rnnviz.figures.seeds import by_arm
from rnnviz.language import labels_of, translate
from rnnviz.numbers import percent
from rnnviz.tasks import TASKS
from rnnviz.training.records import record

FEW_EXAMPLES = 64
"""So many sentences are learned in the record of overfitting, but where more of them are the remedy."""
PLUS = "+＋ "
"""Before the name of a remedy, where it stands in a row."""


def opening(language: str) -> str:
    """What the twins of the opening come to on ten seeds, with equal units and with equal weights."""
    arms = by_arm(record("opening"))
    told: dict[str, object] = {arm: spread([run.right for run in runs], language) for arm, runs in arms.items()}
    told |= {f"{arm}_units": runs[0].settled.shape.units for arm, runs in arms.items()}
    sure = sum(lstm.right > rnn.right for lstm, rnn in zip(arms["lstm"], arms["rnn"], strict=True))
    return translate(language, "training.record_remarks.opening", sure=sure, seeds=len(arms["lstm"]), **told)


def overfitting(language: str) -> str:
    """What the record of few examples says, counted in its table."""
    arms = by_arm(record("overfitting"))
    shares = {arm: [run.right for run in runs] for arm, runs in arms.items()}
    learned = {arm: [float(run.curves["accuracy"][-1]) for run in arms[arm]] for arm in ("lstm", "rnn")}
    apart = [known - new for arm in learned for known, new in zip(learned[arm], shares[arm], strict=True)]
    remedies = [arm for arm, runs in arms.items() if arm not in learned and runs[0].settled.examples == FEW_EXAMPLES]
    order = sorted(remedies, key=lambda arm: mean(shares[arm]))
    words = labels_of(language, "records")
    told: dict[str, object] = {arm: spread(those, language) for arm, those in shares.items()}
    for name, arm in (("best", order[-1]), ("worst", order[0])):
        better = sum(helped > plain for helped, plain in zip(shares[arm], shares["lstm"], strict=True))
        told |= {name: words[f"overfitting_{arm}"].lstrip(PLUS), f"{name}_right": spread(shares[arm], language)}
        told |= {f"{name}_better": better}
    told |= {"examples": FEW_EXAMPLES, "seeds": len(arms["lstm"]), "apart": percent(min(apart))}
    told |= {"learned": percent(min(min(those) for those in learned.values()))}
    told |= {f"{arm}_examples": arms[arm][0].settled.examples for arm in ("more", "many")}
    told |= {"chance": percent(TASKS["errands"].chance(arms["lstm"][0].settled.length)[1])}
    return translate(language, "training.record_remarks.overfitting", **told)


def tuning(language: str) -> str:
    """What one seed is worth: the rate with the widest range, and on how many seeds the best is that by the mean."""
    arms = by_arm(record("tuning"))
    shares = {arm: [run.right for run in runs] for arm, runs in arms.items()}
    best = max(shares, key=lambda arm: mean(shares[arm]))
    wide = max(shares, key=lambda arm: max(shares[arm]) - min(shares[arm]))
    columns = list(zip(*shares.values(), strict=True))
    agree = sum(share == max(column) for share, column in zip(shares[best], columns, strict=True))
    lucky = int(np.argmax(shares[wide]))
    told = {"best": best, "best_right": spread(shares[best], language), "agree": agree, "seeds": len(columns)}
    told |= {"wide": wide, "wide_right": spread(shares[wide], language), "lucky": arms[wide][lucky].seed}
    told |= {"lucky_right": percent(max(shares[wide]))}
    return translate(language, "training.record_remarks.tuning", **told)


def spread(shares: Sequence[float], language: str) -> str:
    """The mean over the seeds, and the least and the most."""
    told = {"mean": percent(mean(shares)), "least": percent(min(shares)), "most": percent(max(shares))}
    return translate(language, "training.spread", **told)


STUDIES: dict[str, Callable[[str], str]] = {"opening": opening, "overfitting": overfitting, "tuning": tuning}
"""The sentence of each record, by language."""
