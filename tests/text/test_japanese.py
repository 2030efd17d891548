"""What a Japanese token is, that no text can upset it, and that what is joined is read again."""

import subprocess
import sys
import unicodedata
from concurrent.futures import ThreadPoolExecutor

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from rnnviz.text import join, language_of, missing, tokenize
from scripts.serving import ROOT

FAMILY = "👨‍👩‍👧"
CASES = {
    # plain sentences
    "空腹のアリスはラーメンを買う。": "空腹 の アリス は ラーメン を 買う 。",
    "お腹が空いたアリスが店へ行って買うのは": "お腹 が 空い た アリス が 店 へ 行っ て 買う の は",
    "のどが渇いた。太郎が買いたいのは": "のど が 渇い た 。 太郎 が 買い たい の は",
    "花子が買った物は": "花子 が 買っ た 物 は",
    "手が冷たいので、手袋を買う": "手 が 冷たい の で 、 手袋 を 買う",
    "食べ物、水、薬": "食べ物 、 水 、 薬",
    "コーヒーと石鹸と本": "コーヒー と 石鹸 と 本",
    "花とろうそくと靴": "花 と ろうそく と 靴",
    "石けんを買いに行く": "石けん を 買い に 行く",
    "ボブはお腹が空いていません。": "ボブ は お腹 が 空い て い ませ ん 。",
    "眠くない": "眠く ない",
    "裸足で歩く": "裸足 で 歩く",
    "祖母に花をあげる": "祖母 に 花 を あげる",
    "停電した": "停電 し た",
    "頭が痛かったです": "頭 が 痛かっ た です",
    "おなかがすいた": "おなか が すい た",
    "パンを食べたい？": "パン を 食べ たい ?",
    # long vowels and waves
    "すごーい": "すごーい",
    "ねー、聞いて": "ねー 、 聞い て",
    "すご〜い": "すご〜い",
    "すご～い": "すご〜い",  # as Windows types it
    "東京〜大阪": "東京 〜 大阪",
    "東京～大阪": "東京 〜 大阪",
    "10〜20個": "10 〜 20 個",
    "〜と言う": "〜 と 言う",
    # widths
    "ｱﾘｽがﾊﾟﾝを買う": "アリス が パン を 買う",
    "ｶﾞﾗｽ": "ガラス",
    "か゛": "が",
    "か\u3099": "が",
    "ＡＢＣストア": "ABC ストア",
    # numerals
    "２つの花": "2 つ の 花",
    "石けんを10,000円で3個買う": "石けん を 10,000 円 で 3 個 買う",
    "３．１４と1.5": "3.14 と 1.5",
    "３月１４日": "3 月 14 日",
    "三百五十円": "三百五十 円",
    "二十人": "二十 人",
    "10万円": "10 万 円",
    # blanks
    "　空　白　を　 読む\n": "空白 を 読む",
    "アリス は 買う": "アリス は 買う",
    "New Yorkで 買う": "New York で 買う",
    "3 4月": "3 4 月",
    "Hello. World, OK!と言う": "Hello . World , OK ! と 言う",
    # Latin words and others
    "iPhoneを買う": "iPhone を 買う",
    "don’t worryと言う": "don't worry と 言う",
    "'man'の本": "' man ' の 本",
    "mp3の本": "mp3 の 本",
    "C++を学ぶ": "C + + を 学ぶ",
    "приветと言う": "привет と 言う",
    "café で買う": "café で 買う",
    # punctuation, emoji, what nobody sees
    "「水！」『本？』": "「 水 ! 」 『 本 ? 』",
    "（花）・【靴】": "( 花 ) ・ 【 靴 】",
    "水…": "水 . . .",
    f"猫🐱👍🏽{FAMILY}🇯🇵だ": f"猫 🐱 👍🏽 {FAMILY} 🇯🇵 だ",
    "水\u200bを\x00買\ud800う": "水 を 買う",
    "<b>水</b>": "< b > 水 < / b >",
    "水；DROP TABLE": "水 ; DROP TABLE",
}


@pytest.mark.parametrize("text", CASES)
def test_tokens(text: str) -> None:
    assert tokenize(text) == tuple(CASES[text].split(" "))


MIXED = (
    "あかがさすのはをいうえゝんー〜～アイガパヴッｱｶﾞﾟ゛゜漢字空腹買店三百々〆〇一 12９3.,，．aAbＺé'’"
    "\u0301\u3099\u309a。、「」！？!…・~-"
    "👍🏽👨\u200d👩❤\ufe0f🇯🇵\u200b\x00\n\t\u3000 שпрガ각½㌔①㍿﷼㊗n't-"
)


@settings(max_examples=400)
@given(st.text(st.one_of(st.sampled_from(MIXED), st.characters())))
@example("ーー")
@example("〜〜あ〜〜〜〜〜〜〜〜〜〜い")
@example("あ゛い゛ " * 40)
@example("㊗\u200d㊗")
@example(".5匹 5. 3人 'a' 'b' あ")
@example("漢\u3099\u309a" + "\u3099" * 20)
@example("‥・・")
@example("'\u1067")
def test_any_text_becomes_tokens_that_join_and_split_again(text: str) -> None:
    tokens = tokenize(text)
    assert tokenize(join(tokens)) == tokens
    assert language_of(tokens) == language_of(text)
    for token in tokens:
        assert token.strip() == token != ""
        assert token.encode()
        assert "Cc" not in map(unicodedata.category, token)


@settings(max_examples=200)
@given(st.text(st.sampled_from(MIXED), max_size=60))
def test_nothing_that_is_seen_is_lost(text: str) -> None:
    """Kana and kanji come out as they went in, in their order."""

    def letters(of: str) -> str:
        return "".join(c for c in of if "ぁ" <= c <= "ゖ" or "ァ" <= c <= "ヺ" or "一" <= c <= "鿿")

    given = text.translate({ord("゛"): "\u3099", ord("゜"): "\u309a"})
    typed = unicodedata.normalize("NFKC", "".join(given.split()).replace("\x00", "").replace("\u200b", ""))
    plain = unicodedata.normalize("NFD", letters(typed)), unicodedata.normalize("NFD", letters("".join(tokenize(text))))
    assert plain[0].replace("\u3099", "").replace("\u309a", "") == plain[1].replace("\u3099", "").replace("\u309a", "")


@pytest.mark.parametrize(
    ("text", "language"),
    [
        *(("水", "ja"), ("みず", "ja"), ("ﾐｽﾞ", "ja"), ("buy 水", "ja"), ("㌔", "ja")),
        *(("water", "en"), ("ＷＡＴＥＲ", "en"), ("。「」", "en"), ("ー", "en"), ("물", "en"), ("", "en")),
    ],
)
def test_kana_or_kanji_make_a_text_japanese(text: str, language: str) -> None:
    assert language_of(text) == language_of(tokenize(text)) == language


RESIDENT = """
import re
from pathlib import Path
from rnnviz.tasks.errands import met

met.ready()
kilobytes, counts = 0, False
for line in Path("/proc/self/smaps").read_text().splitlines():
    if re.match("[0-9a-f]+-[0-9a-f]+ ", line):
        counts = "sudachidict_small" in line
    elif counts and line.startswith("Rss:"):
        kilobytes += int(line.split()[1])
print(kilobytes)
"""
"""How much of the dictionary's file is in memory once all is ready."""


@pytest.mark.skipif(sys.platform != "linux", reason="asks Linux for its memory")
def test_the_dictionary_is_given_back_once_all_is_ready() -> None:
    """20 MB of it would stay, which every process forked from this one would count as its own."""
    given = subprocess.run([sys.executable, "-c", RESIDENT], capture_output=True, text=True, cwd=ROOT, check=True)
    assert int(given.stdout) < 2_000


def test_threads_do_not_disturb_each_other() -> None:
    texts = [f"{text}{k}" for k in range(20) for text in CASES]
    alone = [tokenize(text) for text in texts]
    with ThreadPoolExecutor(8) as pool:
        assert list(pool.map(tokenize, texts)) == alone


@pytest.mark.parametrize(
    ("read", "added"),
    [
        ("アリス は 店 へ 行っ て", "買う の は"),
        ("お腹 が 空い た", "。 買う の は"),
        ("お腹 が 空い た 。", "買う の は"),
        ("寒い", "。 買う の は"),
        ("アリス が", "買う の は"),
        ("アリス が 買う", "の は"),
        ("アリス が 買う の", "は"),
        ("アリス が 買う の は", ""),
        ("アリス が 買い", "たい の は"),
        ("アリス が 買い たい", "の は"),
        ("アリス が 買っ た", "物 は"),
        ("アリス が 買っ た 物 は", ""),
    ],
)
def test_what_a_sentence_is_given_to_ask_for_a_thing(read: str, added: str) -> None:
    assert missing(tuple(read.split()), "ja") == tuple(added.split())
