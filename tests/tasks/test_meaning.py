"""What a sentence asks for: plain English and Japanese, what turns its meaning, and the language of errands itself."""

from __future__ import annotations

import sys
from random import Random

import pytest

from rnnviz.tasks import errands
from rnnviz.tasks.errands import reads_japanese, wordings
from rnnviz.tasks.errands.grammar import drawn
from rnnviz.tasks.errands.sentences import LOTTERY
from rnnviz.text import language_of, tokenize

GOES = "goes to the store to buy"
TO = "店へ行って買うのは"
STATED = {
    "I am so hungry I could eat a horse, so I go to the store to buy": "food",
    f"Taylor Swift is freezing. She {GOES}": "gloves",
    "STARVING ALICE GOES TO THE STORE TO BUY": "food",
    f"Alice is not starving, she is thirsty. She {GOES}": "water",
    f"He isn't at all hungry but very thirsty. He {GOES}": "water",
    f"Nobody is hungry. Bob is thirsty. He {GOES}": "water",
    f"Bob is hungry. He ate a big lunch. Now he is thirsty. He {GOES}": "water",
    "Bob drives to the store. He is starving. He wants to buy": "food",
    f"Tim is dirty and Leon is in love. Leon {GOES}": "flowers",
    f"Because her stomach is growling, Olivia {GOES}": "food",
    f"Mila is barefoot. Her brother is bored. Mila {GOES}": "shoes",
    f"Everybody thought that Ken was bored. In fact he was dirty, and he {GOES}": "soap",
    f"Yesterday Carla was ill, but today she is just hungry. She {GOES}": "food",
    f'"I\'m starving!" says Luis. His mother laughs. Luis {GOES}': "food",
    f"Jamal's throat was as dry as dust, so he {GOES}": "water",
    f"Tom's fingers had gone completely numb. He {GOES}": "gloves",
    f"I was up all night studying, so before class I go to the shop to buy": "coffee",  # noqa: F541
    f"The power went out in the whole street, so Nina {GOES}": "candles",
    f"Noor's sandals broke on the way to school, so she {GOES}": "shoes",
    f"朝ごはんを食べる時間がなかったので、健は{TO}": "食べ物",
    f"彩はお腹は空いていないけれど、のどが渇いている。{TO}": "水",
    f"寒いんじゃなくて眠いんだ、と亮は言った。亮が{TO}": "コーヒー",
    f"さっきまで元気だった誠は、今は頭が痛い。{TO}": "薬",
    f"花子は眠い。太郎は空腹だ。太郎が{TO}": "食べ物",
    f"花子は眠い。太郎は空腹だ。花子が{TO}": "コーヒー",
    f"「手が冷たい」と美咲が言った。「僕は暇だよ」と健太が答えた。美咲が{TO}": "手袋",
    f"田んぼで転んで全身泥だらけになった弟が、{TO}": "石鹸",
    f"急に部屋の電気が消えて真っ暗になった。父が{TO}": "ろうそく",
    f"海でサンダルを流されてしまった。はだしの拓也が{TO}": "靴",
    f"ひまー(´・ω・｀) {TO}": "本",
    f"暇〜！{TO}": "本",
    f"空腹ｗｗｗ{TO}": "食べ物",
    f"ねむーい！{TO}": "コーヒー",
    f"さむすぎる😭{TO}": "手袋",
    f"ぼくは退屈だ。おもしろい物を{TO}": "本",
    "🥶🥶🥶 so cold rn, gonna buy": "gloves",
}
DENIED = (
    f"Bob is not hungry. He {GOES}",
    f"Nobody is hungry. Alice {GOES}",
    f"No one is ill. Alice {GOES}",
    f"He is no longer thirsty. He {GOES}",
    f"Without being without anything to drink, Alice {GOES}",
    f"Tom, who is never without a bite to eat, {GOES}",
    f"Maria is neither hungry nor thirsty. She {GOES}",
    f"Susan isn't bored. She {GOES}",
    f"里奈はもう眠くない。{TO}",
    f"直人は寒くなんかない。{TO}",
    f"太郎は空腹ではありません。{TO}",
)
UNSURE = {
    f"Bob is pretending to be ill. He {GOES}": "doubt",
    f"Bob is in the dark about the plan. He {GOES}": "doubt",
    f"Maria is not hungry and thirsty. She {GOES}": "negation",
    f"Lovesick and bored, Werther {GOES}": "several",
    f"Alice is tired but wants flowers. She {GOES}": "several",
    f"Bob is hungry. He ate a big lunch. He {GOES}": "bought",
    f"Starving, Alice goes to the store to buy food and then she is thirsty, so she {GOES}": "bought",
    f"Bob was hungry yesterday. He {GOES}": "past",
    f"Bob used to be hungry. He {GOES}": "past",
    f"If Alice is hungry, she {GOES}": "doubt",
    f"Alice is hungry. Bob is happy. He {GOES}": "whose",
    f"The soup is cold. Alice {GOES}": "picture",
    f"The paint is dry. Bob {GOES}": "picture",
    f"優子は眠いのかもしれない。{TO}": "doubt",
    f"太郎は空腹で眠い。{TO}": "several",
    f"お腹が空いていたが、さっきカレーを食べたので満足だ。隼人が{TO}": "bought",
    f"弟は眠い。私は元気だ。私が{TO}": "whose",
    f"寒い冬が終わって、太郎が{TO}": "picture",
    f"先週は寒かった。太郎が{TO}": "past",
    f"先生の話がつまらなくて眠い。{TO}": "several",
    f"if お腹が空いた: {TO}": "doubt",
    f"My teacher is so boring I could die. She {GOES}": "picture",
    f'print("お腹が空いた")\n{TO}': "quoted",
}
SILENT = (  # nothing is claimed of these, whatever the reason that is given
    f"Alice is rarely ill. She {GOES}",
    f"Bob is tired of waiting. He {GOES}",
    f"A cold drink helps. Alice {GOES}",
    f"Her icy stare frightens Bob. He {GOES}",
    f"Nora is hungry for news. She {GOES}",
    f"Ella jokes that she is starving. She {GOES}",
    f"Anna was hungry this morning, but then she had a huge lunch. She {GOES}",
    f"Tom's dog is hungry. He {GOES}",
    f"Mila is barefoot. Her brother is bored. They go to the store to buy",  # noqa: F541
    f"Peter is writing an essay about hunger. He {GOES}",
    f"Lara has got over her cold. She {GOES}",
    f"Lara saw a hungry cat. She {GOES}",
    f"Is Rick thirsty? Nobody knows. He {GOES}",
    f"The doctor asks whether Peter is thirsty. He {GOES}",
    f"Omar said he was hungry but he was lying. He {GOES}",
    f"Ida's goldfish looks bored. She {GOES}",
    f"Sam's car is dirty. He {GOES}",
    f"Sam would be hungry without lunch. He {GOES}",
    f"Sam is thirsty for revenge. He {GOES}",
    f"Sam is sick and tired of school. He {GOES}",
    f"Sam was dirty, but he has had a shower. He {GOES}",
    f"Sam's mother thinks that he is ill. He {GOES}",
    f"Sam kept his cousin in the dark. He {GOES}",
    f"Paul's sister is hungry. Paul {GOES}",
    f"もしお腹が空いていたら、{TO}",
    f"部屋が汚い。奈緒が{TO}",
    f"奈緒の車は汚れている。{TO}",
    f"外は寒い。でも奈緒は平気だ。奈緒が{TO}",
    f"奈緒は「お腹が空いた」という歌を歌う。{TO}",
    f"奈緒は空腹になるだろう。{TO}",
    f"奈緒が眠いかどうかは誰も知らない。{TO}",
    f"奈緒は眠くも寒くもない。{TO}",
    f"奈緒の風邪はもう治った。{TO}",
    f"奈緒は病気の友達を心配している。{TO}",
    f"奈緒が退屈しているというのは誤解だ。奈緒が{TO}",
    f"花子はニュースに飢えている。{TO}",
    f"太郎は暗い色の服を着ている。{TO}",
    f"太郎は花子が寒いのだと思っている。太郎が{TO}",
    f"お腹を空かせた猫を見た。太郎が{TO}",
    f"退屈だと思う人もいるが、優はそうではない。優が{TO}",
    f"太郎の母は病気だ。太郎が{TO}",
    f"太郎は眠そうな犬と散歩している。{TO}",
)
NONE = (
    f"My printer is out of ink, so she {GOES}",
    f"I love pizza. She {GOES}",
    "The capital of France is",
    "zzxqy",
    ".",
    f"太郎は猫が好きだ。{TO}",
    "吾輩は猫である",
    f"太郎には情熱がある。{TO}",
)
KINDS = ("plain", "late", "denied", "implied", "two", "several", "brief")


def parted(text: str) -> tuple[str, ...]:
    """The tokens of a text; Japanese by its characters, for the rule must not hang on how it is parted."""
    tokens = tokenize(text)
    return tokens if errands.language_of(tokens) == "en" else tuple(text)


@pytest.mark.parametrize(("text", "thing"), STATED.items())
def test_a_plain_need(text: str, thing: str) -> None:
    assert errands.meaning(parted(text)).thing == thing


@pytest.mark.parametrize("text", DENIED)
def test_a_need_that_is_denied(text: str) -> None:
    found = errands.meaning(parted(text))
    assert (found.says, found.thing) == ("denied", None)
    assert found.denied


@pytest.mark.parametrize(("text", "why"), UNSURE.items())
def test_what_turns_the_meaning_is_named(text: str, why: str) -> None:
    found = errands.meaning(parted(text))
    assert (found.says, found.thing) == (why, None)
    assert found.need


@pytest.mark.parametrize("text", SILENT)
def test_traps_are_not_walked_into(text: str) -> None:
    assert errands.meaning(parted(text)).thing is None


@pytest.mark.parametrize("text", NONE)
def test_no_need_that_is_known(text: str) -> None:
    assert errands.meaning(parted(text)) == errands.Meaning("none")


def test_every_reason_has_been_met_and_no_other() -> None:
    assert {"stated", "denied", "none", *UNSURE.values()} == set(errands.SAYS)


@pytest.mark.parametrize(
    "text", ["本が見つかれば太郎が買うのは", "狐にとりつかれた太郎が買うのは", "りくつがない。買うのは"]
)
def test_no_need_begins_in_the_middle_of_a_word(text: str) -> None:
    """つかれ, くつがない. Where it is not known how the words are parted, they are heard there."""
    assert errands.meaning(tokenize(text)) == errands.Meaning("none")
    assert errands.mentions(tuple(text))


def test_of_several_the_one_is_named_that_is_stated_outright() -> None:
    found = errands.meaning(tokenize(f"先生の話がつまらなくて眠い。{TO}"))
    assert found.need == found.named
    assert found.need
    assert found.need.thing == "コーヒー"


@pytest.mark.parametrize("text", [*STATED, *DENIED])
@pytest.mark.parametrize("words", [1, 7, 40, 64])
def test_words_in_between_change_nothing(text: str, words: int) -> None:
    """Though some name people, or have a "no" and a "before" in them."""
    tokens = tokenize(text)
    plain, stretched = (errands.meaning(one) for one in (tokens, errands.stretch(tokens, words)))
    assert (plain.says, plain.thing) == (stretched.says, stretched.thing)


def told(kind: str, language: str, size: int) -> tuple[float, float]:
    """The share of drawn sentences of which the rule claims a thing, and how many of these claims are right."""
    draw, claims = Random(f"{kind} {language}"), []
    for _ in range(size):
        text, thing, _ = drawn(errands.grammar_of(language), draw, kind, "known", draw.choice([0, 0, 1, 3]))
        if claim := errands.meaning(parted(text)).thing:
            claims.append(claim == thing and kind not in LOTTERY)
    return len(claims) / size, sum(claims) / max(len(claims), 1)


@pytest.mark.parametrize("language", errands.LANGUAGES)
@pytest.mark.parametrize("kind", KINDS)
def test_the_language_of_errands_is_understood(kind: str, language: str) -> None:
    speaks, right = told(kind, language, 250)
    assert right >= 0.98
    assert speaks >= 0.5


@pytest.mark.parametrize("language", errands.LANGUAGES)
@pytest.mark.parametrize("kind", LOTTERY)
def test_where_no_need_is_told_none_is_claimed(kind: str, language: str) -> None:
    assert told(kind, language, 250)[0] <= 0.01


@pytest.mark.parametrize("language", errands.LANGUAGES)
def test_what_happened_in_words_that_the_rule_does_not_know_makes_it_silent_rather_than_wrong(
    language: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """It loses every third clause, and reads sentences with these."""
    grammar, whole = errands.grammar_of(language), wordings.told(language)
    lost = {at: lines[::3] for at, lines in whole.items() if at[1] == "implied"}
    kept = {at: tuple(line for line in lines if line not in lost.get(at, ())) for at, lines in whole.items()}
    with monkeypatch.context() as patch:
        forget(language)
        patch.setattr("rnnviz.tasks.errands.wordings.told", lambda _: kept)
        patch.setattr("rnnviz.tasks.errands.reads_japanese.told", lambda _: kept)
        claims = []
        for (thing, _), lines in lost.items():
            for line in lines:
                clause = line.replace("{A}", "Alice").replace("{A's}", "Alice's").replace("{a's}", "her")
                if "{" in clause or "[" in clause:
                    continue
                text = f"{clause}. She {GOES}" if language == "en" else f"花子は{clause}。{TO}"
                claims.append((errands.meaning(parted(text)).thing, thing, text))
    forget(language)
    spoken = [(claim == thing, text) for claim, thing, text in claims if claim]
    assert len(claims) > 40
    assert len(grammar.things) == 10
    assert sum(right for right, _ in spoken) >= 0.9 * len(spoken), [text for right, text in spoken if not right]


def forget(language: str) -> None:
    """What was made of the files."""
    sys.modules["rnnviz.tasks.errands.meaning"]._meaning.cache_clear()
    (wordings._english if language == "en" else reads_japanese._wordings).cache_clear()


@pytest.mark.parametrize("text", [*STATED, *DENIED, *UNSURE])
def test_a_beginning_is_read_without_what_comes_after(text: str) -> None:
    tokens = tokenize(text)
    for read in range(1, len(tokens) + 1):
        found = errands.meaning(tokens, read)
        assert found.need is None or found.need.end < read
        assert found == errands.meaning(tokens[:read])


@pytest.mark.parametrize(
    ("text", "wanted"),
    [
        ("Starving, Alice drives", ("Thirsty , Alice drives", "Thirsty", "water")),
        ("Alice is in love and drives", ("Alice is unlit and drives", "unlit", "candles")),
        ("Because Alice yawns, she drives", None),
    ],
)
def test_another_need_in_the_place_of_this_one(text: str, wanted: tuple[str, str, str] | None) -> None:
    tokens = tokenize(text)
    need = errands.meaning(tokens).named
    assert need
    given = errands.exchanged(tokens, need)
    assert given
    if wanted:
        assert (" ".join(given[0]), *given[1:]) == wanted
    assert errands.meaning(given[0]).thing == given[2] != need.thing


def test_another_need_in_japanese() -> None:
    given = errands.exchanged(tuple("空腹のアリスが買うのは"), errands.mentions(tuple("空腹のアリスが買うのは"))[0])
    assert given
    assert given[2] != "食べ物"
    assert "".join(given[0]) == f"{given[1]}アリスが買うのは"
    assert errands.meaning(tuple("".join(given[0]))).thing == given[2]


def test_what_happened_has_no_other_need_in_its_place() -> None:
    tokens = tokenize("Alice skipped lunch. She drives to buy")
    need = errands.meaning(tokens).need
    assert need
    assert errands.exchanged(tokens, need) is None


def test_the_beginning_of_a_sentence_is_read_in_the_language_of_the_whole() -> None:
    tokens = tokenize("Hungryな Alice は店へ行く。買うのは")
    assert errands.meaning(tokens[:1]).thing == "food"
    assert all(errands.meaning(tokens, read).thing is None for read in range(1, len(tokens) + 1))
    assert not errands.mentions(tokens, 1)


@pytest.mark.parametrize(
    ("text", "language"), [("Bob・Tom is hungry. He goes to buy", "en"), ("𠮷", "ja"), ("ー", "en")]
)
def test_a_sentence_has_one_language_for_the_rule_and_for_the_networks(text: str, language: str) -> None:
    assert errands.language_of(tokenize(text)) == language_of(text) == language
