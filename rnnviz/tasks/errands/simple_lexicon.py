"""The words of the simple language of errands, and the lists that follow from them.

How they become sentences stands in `simple.py`.
"""

from dataclasses import dataclass


@dataclass(frozen=True)
class Need:
    """A need, the thing that answers it, and its wordings by part of speech."""

    name: str
    thing: str
    adjectives: tuple[str, ...]
    """Fit "Alice is ..."; two are phrases of several words ("in love", "in the dark")."""
    nouns: tuple[str, ...]
    """Fit "because of ...", without an article."""
    verbs: tuple[str, ...]
    """Fit "Alice ... and": third person, without an object."""

    @property
    def wordings(self) -> tuple[str, ...]:
        """All wordings, in alphabetical order."""
        return tuple(sorted(self.adjectives + self.nouns + self.verbs))

    @property
    def held_out(self) -> tuple[str, ...]:
        """What training never sees: every fifth in alphabetical order, the need's own name left aside."""
        return tuple(wording for wording in self.wordings if wording != self.name)[4::5]


def _split(words: str) -> tuple[str, ...]:
    """Blank-separated words; `_` stands for the blank inside a phrase."""
    return tuple(word.replace("_", " ") for word in words.split())


def _need(name: str, thing: str, adjectives: str, nouns: str, verbs: str) -> Need:
    return Need(name, thing, _split(adjectives), _split(nouns), _split(verbs))


NEEDS: dict[str, Need] = {
    need.name: need
    for need in (
        _need(
            "hungry", "food",
            "hungry starving famished ravenous peckish starved underfed unfed malnourished undernourished"
            " foodless voracious supperless emaciated",
            "hunger appetite starvation famine malnutrition cravings hungriness undernourishment",
            "hungers starves",
        ),
        _need(
            "thirsty", "water",
            "thirsty parched dehydrated desiccated waterless thirsting dry unquenched unhydrated unwatered"
            " drinkless arid dried",
            "thirst dehydration thirstiness dryness drought desiccation aridity",
            "thirsts dehydrates",
        ),
        _need(
            "ill", "medicine",
            "ill sick unwell ailing feverish nauseous queasy infected sickly diseased coughing sneezing",
            "illness sickness fever flu influenza nausea infection pneumonia disease bronchitis measles",
            "coughs sneezes vomits",
        ),
        _need(
            "cold", "gloves",
            "cold chilly freezing frozen chilled shivering frostbitten icy frosty gloveless wintry shivery"
            " frigid",
            "frost frostbite hypothermia coldness chilliness winter snow ice chills",
            "shivers freezes",
        ),
        _need(
            "tired", "coffee",
            "tired sleepy weary exhausted drowsy fatigued sleepless groggy dozy overtired yawning somnolent",
            "fatigue tiredness exhaustion sleepiness drowsiness weariness insomnia lethargy sleeplessness",
            "yawns dozes tires",
        ),
        _need(
            "dirty", "soap",
            "dirty filthy muddy grimy unwashed grubby smelly sweaty soiled greasy mucky unclean dusty"
            " stinking sooty",
            "dirt filth mud grime muck stains sweat dirtiness",
            "stinks reeks smells",
        ),
        _need(
            "bored", "books",
            "bored uninterested idle listless unamused uninspired jaded bookless understimulated"
            " disinterested unentertained unstimulated",
            "boredom ennui tedium monotony idleness dullness listlessness tediousness dreariness",
            "idles mopes",
        ),
        _need(
            "in love", "flowers",
            "in_love enamoured infatuated smitten lovesick besotted lovestruck romantic amorous loving"
            " adoring lovelorn passionate",
            "romance passion infatuation affection adoration courtship lovesickness",
            "flirts swoons",
        ),
        _need(
            "in the dark", "candles",
            "in_the_dark unlit lightless lampless candleless unilluminated torchless",
            "darkness gloom dusk nightfall blackouts shadows murk dimness twilight night midnight sundown"
            " outages blackness",
            "",
        ),
        _need(
            "barefoot", "shoes",
            "barefoot barefooted shoeless unshod bootless sockless slipperless sandalless footsore"
            " stockingless footworn sneakerless soleless unsandalled",
            "shoelessness barefootedness footsoreness bunions blisters calluses",
            "tiptoes",
        ),
    )
}  # fmt: skip

SHE = _split(
    "alice anna carol clara diana elena emma eva grace hanna irene jane julia kate laura lucy maria mary"
    " nina olivia rosa sarah yuki"
)
HE = _split(
    "adam ben bob carlos david erik frank george henry ivan jack james john karl kenji leo mark oscar"
    " paul peter sam tom victor"
)
PRONOUN: dict[str, str] = dict.fromkeys(SHE, "she") | dict.fromkeys(HE, "he")

GO = _split("drives walks cycles hurries rushes runs strolls rides travels heads jogs marches goes skates")

PLACES = (
    "store", "shop", "market", "supermarket", "corner shop", "corner store", "village shop", "village store",
    "general store", "department store", "street market", "town market", "mall", "bazaar", "outlet", "kiosk",
    "shopping centre",
)  # fmt: skip
PLACE_ADJECTIVES = _split("new little big small busy quiet cheap famous friendly local good")
"""Fit after "a" and "the"."""
PLACE_SUPERLATIVES = _split("nearest best biggest")
"""Fit after "the" only."""

# 67 is prime, so walking the fillers with any stride visits all of them before one comes again.
FILLERS: tuple[str, ...] = (
    "past the old bridge", "along the quiet river", "across the wide green field", "over the little hill",
    "through the park", "round the corner by the church", "past the school and the town hall",
    "under the tall trees", "beside the railway line", "down the long straight road", "up the steep path",
    "by the side of the lake", "across the square", "past the fountain in the square",
    "through the small village", "over the bridge and up the hill", "along the wall of the castle",
    "behind the big white house", "through the wood", "past two boys on a wall", "with a friend from school",
    "with an umbrella and a map", "under a clear blue sky", "in the morning sun", "in the warm summer rain",
    "against the wind", "at a steady pace", "in no great hurry", "without a word",
    "past the station and the bank", "round the lake", "by the old stone wall",
    "down the lane behind the farm",
    "between the houses and the sea", "along the beach at low tide", "with the radio on",
    "with the wind behind", "for an hour or so", "for a mile or two", "past a farm and a mill",
    "through the tall green grass", "beside the sea", "over the railway line", "along a path by the river",
    "up and down the hills", "for the second time this week",
    ", while the birds sing ,", ", while the bells ring ,", ", after a chat with a neighbour ,",
    ", after a word with the postman ,", ", as the clouds go by ,", ", as a train rolls past ,",
    ", while the children play outside ,", ", while a dog barks ,", ", before the clock strikes ten ,",
    ", just before noon ,", ", while the wind moves the trees ,", ", as the leaves fall ,",
    ", while the neighbours talk ,", ", after a look at the map ,", ", while the boats come in ,",
    ", as the bus turns left ,", ", after the rain ,", ", while the cat watches ,",
    ", as the sun comes out ,",
    ", while the band plays in the park ,", ", after a short stop at the bridge ,",
)  # fmt: skip
"""Clauses of 3 to 7 words that name neither a need nor a thing. The latter third stands between commas."""
ADVERBS = ("onwards", "in silence")
"""The same, of one and of two words."""

# N a name, P its pronoun, W a wording. Every opening is followed by the verb of going.
OPENINGS: dict[str, tuple[str, ...]] = {
    "adjective": (
        "W , N", "N , W ,", "N is W . P", "because P is W , N", "feeling W , N", "N feels W . P",
        "N is W and",
        "N is W , so P", "as P is W , N", "N , who is W ,", "N is very W . P",
    ),
    "noun": (
        "because of W , N", "troubled by W , N", "driven by W , N", "N is troubled by W . P",
        "N , troubled by W ,", "N , full of W ,", "full of W , N",
    ),
    "verb": ("N W and", "N W . P", "because P W , N", "N W , so P", "N , who W ,", "as P W , N"),
    "none": (
        "N", "today N", "N , as usual ,", "it is monday . N", "because it is sunday , N", "N is here . P",
        "N is at home . P", "N , who is here ,", "N is well and", "N comes home and", "as it is monday , N",
    ),
}  # fmt: skip
ADVICE: dict[str, tuple[str, ...]] = {
    "adjective": ("if W , buy", "when W , buy", "those W have to buy", "whoever is W has to buy"),
    "noun": ("against W , buy", "W is a reason to buy", "whoever is troubled by W has to buy"),
    "verb": ("whoever W has to buy", "whoever W should buy"),
    "none": ("today , buy", "N has to buy", "everybody has to buy"),
}
"""The shortest sentences: nobody goes anywhere."""
PROPER = frozenset(PRONOUN) | {"monday", "sunday"}
"""The words with a capital wherever they stand."""

# --- what follows from these ------------------------------------------------------------------------

THING_OF: dict[str, str] = {w.split()[-1]: need.thing for need in NEEDS.values() for w in need.wordings}
"""The last word of every wording, known or held out -> the thing that answers it."""


def _language() -> tuple[frozenset[str], frozenset[str]]:
    """The tokens that sentences with known wordings can hold, and those that only held-out wordings bring."""
    held_out = {word for need in NEEDS.values() for wording in need.held_out for word in wording.split()}
    known = {word for need in NEEDS.values() for w in need.wordings if w not in need.held_out for word in w.split()}
    frames = (*OPENINGS.values(), *ADVICE.values())
    openings = {word for group in frames for opening in group for word in opening.split()}
    phrases = {word for phrase in (*FILLERS, *ADVERBS, *PLACES) for word in phrase.split()}
    ends = {"to", "the", "a", "buy", ".", *PLACE_ADJECTIVES, *PLACE_SUPERLATIVES, *GO, *THING_OF.values()}
    language = frozenset(known | openings - {"N", "P", "W"} | phrases | ends | {*PRONOUN, *PRONOUN.values()})
    return language, frozenset(held_out - language)


OUTPUT_WORDS: tuple[str, ...]
"""The V words a network can say, in alphabetical order and lower case: not those held out."""
TOKENS: tuple[str, ...]
"""The same, and then those of the held-out wordings."""
OUTPUT_WORDS, _HELD_OUT = (tuple(sorted(words)) for words in _language())
TOKENS = OUTPUT_WORDS + _HELD_OUT
