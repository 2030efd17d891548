"""The verdict above the figures: what was read, what each network would buy, and whether that is right.

What the sentence asks for is `errands.meaning`'s to say, and why a network goes wrong `met`'s, from what training held.
"""

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING

from rnnviz.figures.base import MOST_IN_PROSE, shortened
from rnnviz.language import Runs, filled, translate
from rnnviz.numbers import percent
from rnnviz.tasks import errands
from rnnviz.tasks.errands import met
from rnnviz.text import ASKED, form, join, missing

if TYPE_CHECKING:
    from rnnviz.scenes.readings import Reading


def notices(readings: Sequence["Reading"], stories: Mapping[int, Runs], language: str) -> list[Runs]:
    """One verdict for each token. `stories`: what is told of the words that turn the sentence."""
    return [Verdict(readings, t, stories.get(t, []), language).runs for t in range(len(readings[0].trace.tokens))]


class Verdict:
    """What is said once token t has been read."""

    def __init__(self, readings: Sequence["Reading"], t: int, story: Runs, language: str) -> None:
        self.readings, self.t, self.language = readings, t, language
        self.tokens = readings[0].trace.tokens
        self.language_read = errands.language_of(self.tokens)
        turning = errands.turnings(self.tokens).get(t)
        self.meaning = errands.meaning(self.tokens, turning.read if turning else t + 1)
        self.names = [translate(language, f"networks.{reading.name}") for reading in readings]
        self.guesses = [guess(reading, t) for reading in readings]
        self.last = t == len(self.tokens) - 1
        self.runs: Runs = []
        if overflowing := [name for name, one in zip(self.names, readings, strict=True) if one.overflows]:
            self.say("overflow", names=translate(language, "training.comma").join(dict.fromkeys(overflowing)))
        self.what_was_read()
        self.runs += story
        self.what_each_would_buy()
        if readings[0].trained:
            self.whether_that_is_right()

    def say(self, key: str, **values: object) -> None:
        self.runs += filled(self.language, f"step.notice.{key}", values)

    def quoted(self, need: errands.Mention) -> str:
        """The words of a need, as typed."""
        return shortened(met.phrase(self.tokens, need), MOST_IN_PROSE)

    def what_was_read(self) -> None:
        need, denied = self.meaning.need, self.meaning.denied
        if self.meaning.says == "stated" and need:
            ago = self.t - need.end
            key = "need_now" if not ago else "need_just" if ago == 1 else "need_ago"
            self.say(key, word=self.quoted(need), thing=need.thing, ago=ago)
        elif self.meaning.says == "denied" and denied:
            whole, _, _ = met.negated(self.tokens, denied)
            self.say("denied", whole=shortened(whole, MOST_IN_PROSE))
        elif need:
            self.say("unsure", word=self.quoted(need))
            self.say(f"because.{self.meaning.says}")
        else:
            known = translate(self.language, "training.comma").join(errands.needs(self.language_read))
            self.say("no_need_known" if self.last else "no_need", needs=known)

    def what_each_would_buy(self) -> None:
        words, shares = zip(*self.guesses, strict=True)
        reads = self.readings[0].reads
        added = missing(self.tokens[: self.t + 1], reads)
        key = "asked" if added else "asked_now"
        key = key if self.readings[0].trained else "blind"
        percents = [percent(share) for share in shares]
        self.say(key, added=join(added or ASKED[reads][0]), names=self.names, words=words, percents=percents)

    def whether_that_is_right(self) -> None:
        """Right or wrong, and why; where that cannot be known, what the reader thinks."""
        thing, said = self.meaning.thing, [word for word, _ in self.guesses]
        if thing is None:
            self.misread()
            if self.last:
                known = met.record(self.language_read).words
                lottery = self.meaning.says == "none" and known.issuperset(
                    form(token, self.language_read) for token in self.tokens
                )
                self.say("lottery" if lottery else "open")
            return
        wrong = [name for name, word in zip(self.names, said, strict=True) if word != thing]
        if not wrong:
            self.say("both_right")
            self.hardly(thing)
            return
        right = [name for name, word in zip(self.names, said, strict=True) if word == thing]
        self.say("one_right" if right else "both_wrong", right=right[:1], wrong=wrong, thing=thing)
        self.hardly(thing)
        if not self.misread():
            self.never_met()

    def hardly(self, thing: str) -> None:
        """Say who is right with less than an even chance."""
        for name, (word, share) in zip(self.names, self.guesses, strict=True):
            if word == thing and share < 0.5:
                self.say("hardly", name=name)

    def misread(self) -> bool:
        """Say who reads a denied need as if it were none denied."""
        denied = self.meaning.denied
        if denied is None or denied.thing == self.meaning.thing or not (who := self.who(denied.thing)):
            return False
        whole, bare, negation = (shortened(text, MOST_IN_PROSE) for text in met.negated(self.tokens, denied))
        self.say(f"misread_{'both' if len(who) > 1 else 'one'}", who=who[0], whole=whole, bare=bare)
        if negation and met.never_before(negation):
            self.say("never_before", word=negation)
        return True

    def who(self, thing: str) -> list[str]:
        """The networks that say a thing with more than an even chance: with less it may be one."""
        guessed = zip(self.names, self.guesses, strict=True)
        return [name for name, (word, share) in guessed if word == thing and share >= 0.5]

    def never_met(self) -> None:
        """Say what of this sentence no sentence of training had."""
        assert self.meaning.need
        named = errands.mentions(self.tokens, self.t + 1)
        key, word = met.unmet(self.tokens, self.meaning.need, named)
        self.say(
            {"wording": "never_worded", "before": "never_before", "two": "never_two", "met": "all_met"}[key], word=word
        )


def guess(reading: "Reading", t: int) -> tuple[str, float]:
    """The likeliest thing to buy, had the sentence ended at token t, and its probability."""
    best = int(reading.asked[t].argmax())
    return errands.things(reading.reads)[best], float(reading.asked[t, best])
