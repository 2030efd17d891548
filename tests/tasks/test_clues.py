"""Everyday clues to a need in English: what they tell, and what only looks like one."""

from __future__ import annotations

import pytest

from rnnviz.tasks import errands
from rnnviz.tasks.errands.clues import clues, compiled
from rnnviz.text import tokenize

GOES = "goes to the store to buy"
TOLD = {
    f"The fridge was completely empty, so Tom {GOES}": "food",
    f"A seagull stole Vera's sandwich. She {GOES}": "food",
    f"There is not a drop left in the flask. Ann {GOES}": "water",
    f"Rosa's knee has been hurting since the match, so she {GOES}": "medicine",
    f"Ivan kept blowing on his stiff fingers. He {GOES}": "gloves",
    f"The baby screamed all night. Her father {GOES}": "coffee",
    f"Jan fell into a ditch on the way home, so he {GOES}": "soap",
    f"There was nothing good on TV, so Lina {GOES}": "books",
    f"Whenever Max sees her, his heart beats faster. Max {GOES}": "flowers",
    f"A storm knocked out the power, so Mr Bell {GOES}": "candles",
    f"The strap of Nora's sandal snapped. Nora {GOES}": "shoes",
    f"Hunger woke Ben at five. Ben {GOES}": "food",
    f"Carl says that he is thirsty. Carl {GOES}": "water",
    f"The old baker has no idea what to do with his Sunday. He {GOES}": "books",
    f"A tired bus driver parks in the yard. The driver {GOES}": "coffee",
}
TRAPS = (
    f"Bob's fingers are not cold at all. He {GOES}",
    f"Nobody has eaten Tom's lunch, so he is happy. He {GOES}",
    f"Ana's throat is no longer sore. She {GOES}",
    f"Lena used to yawn in every lesson, but now she sleeps well. She {GOES}",
    f"Mark saw a film in which the lights went out in the whole town. He {GOES}",
    f"Yesterday the power was cut off, but today everything works again. Nina {GOES}",
    f"The man in the picture is blowing on his fingers. Nora looks at it and {GOES}",
    f"Jim's dog chewed up the neighbour's shoes. Jim {GOES}",
    f"If his fridge were empty, Paul would starve. He {GOES}",
    f"Ella tells a joke about a man whose stomach growled. She {GOES}",
    f"Omar's wife has a fever. Omar {GOES}",
    f"The engine was thirsty, so Karl {GOES}",
    f"Sara wrote a story about a hungry wolf. She {GOES}",
    f"Kim is sick of homework. She {GOES}",
    f"The party was boring yesterday, but today is fun. Luis {GOES}",
    f"Pia has never been stung by a bee. She {GOES}",
    f"Rita had a headache, but the pills helped. She {GOES}",
    f"Rita had a headache, but it went away. She {GOES}",
    f"Mona's teacher asked why she was yawning. It was a misunderstanding. She {GOES}",
    f"Felix loves his dog. He {GOES}",
    "My phone has no power. I go to the store to buy",
    f"The tree has no power over the wind, says the poet. Ben {GOES}",
    f"His computer caught a bug, so Tim {GOES}",
    f"The city never sleeps. Anna {GOES}",
    f"Ken's soup had gone cold. He {GOES}",
    f"The coach has cold feet about the plan. He {GOES}",
    f"The milk smells of fish. Julia {GOES}",
    f"The pigs rolled in the mud, and the farmer laughed. She {GOES}",
    f"Sam lost his heart rate monitor. He {GOES}",
    f"The doctor forgot her lunch. Peter {GOES}",
    f"Mia had lunch and a long nap. She is fine and {GOES}",
    f"A man with holes in his shoes sits at the corner. Lisa gives him a coin and {GOES}",
    f"Perhaps Max is ill, perhaps not. He {GOES}",
    f"Jan's sister fell in the mud. Jan {GOES}",
    f"The garden is thirsty and the flowers hang their heads. Eva {GOES}",
    f"Her smile would melt ice. Ivan {GOES}",
    f"Ali dreamed that he was barefoot. Then he woke up and {GOES}",
    f"The boots are too small for the baby, so grandma keeps them. She {GOES}",
    f"Emma is playing a sick queen in the school play. She {GOES}",
    f"Leo sings a song about a boy who is barefoot. He {GOES}",
    f"Alice drank a big bottle of water because she was thirsty. She {GOES}",
    f"The baby yawns. Its father {GOES}",
    f"Ruth thinks that Carl is hungry. She {GOES}",
    f"Nick's flatmate said that Nick stinks, but that was a joke. Nick {GOES}",
    f"The house is dirty. Amy {GOES}",
    f"The street is dark and wet. Amy {GOES}",
    f"Grace is neither cold nor tired any more. She was both this morning. She {GOES}",
    f"Oscar found a hungry bird in the garden. He {GOES}",
    f'"Are you hungry?" asks Tom. "No," says Lucy. She {GOES}',
    f"Dad's old car coughs and dies. He {GOES}",
    f"Her hands are warm and her throat is fine. Zoe {GOES}",
    f"Hugo hates the cold water in the pool. He {GOES}",
    f"Vera's boss is killing her with work. She {GOES}",
    f"The film was so sad that Ida cried all night. She {GOES}",
    f"No one in our class has the flu. Finn {GOES}",
    f"Sofia's heart was in the right place. She {GOES}",
    f"The news left Ravi cold. He {GOES}",
    f"Martha takes the pills that the doctor prescribed, and feels fine now. She {GOES}",
    f"After a good night's sleep Erik is no longer tired. He {GOES}",
    f"The waiter has a bad cough. The guest leaves the restaurant and {GOES}",
    f"Wendy switched the lights off and went to bed early. In the morning she {GOES}",
    f"There was a blackout in 1977 in New York, Simon reads. He {GOES}",
    f"Everybody but Helen is hungry. Helen {GOES}",
    f"The library is closed on Mondays. Anton {GOES}",
    f"Kate asks for a date on which they can meet. She {GOES}",
    f"Laura wins the first date in the quiz. She {GOES}",
    f"Otto looks hungry in that photo. He {GOES}",
    f"Adam's shoes are too small, so he gives them to his brother and wears his new ones. He {GOES}",
    f"The wedding anniversary of the king is a holiday. Lara {GOES}",
    f"Mr Smith's lamp is broken, but he has ten others. He {GOES}",
    f"Alan drove through the night in his dream. He {GOES}",
    f"George takes off his boots and sits in his socks by the fire. Later he {GOES}",
    f"Tom says he is ill so that he can stay at home. He {GOES}",
    f"Ann says she is hungry, but she only wants attention. She {GOES}",
    f"Grandma claims she is starving, so we laugh. She {GOES}",
    f"Ben knows that Ida is tired. He {GOES}",
    f"Lea finds the film boring but the book good. She {GOES}",
    f"Hunger is a problem in the world, says the teacher. He {GOES}",
    f"Thirst killed the camels in the story. Ali {GOES}",
    f"The medicine made Max sleepy yesterday. He {GOES}",
    f"A cough is not a crime, says Dr Bell. He {GOES}",
    f"The bear is asleep. It {GOES}",
    f"My dog is ill. The vet {GOES}",
    f"The owl flies in the dark and catches mice. Then it {GOES}",
    f"The bakery smells like a stable, so Ivo opens a window. He {GOES}",
    f"The lamp goes off when Nora leaves the room. She {GOES}",
    f"He switched off the lights and closed the shop. He {GOES}",
    f"Jo's water bottle is empty, but she is not thirsty. She {GOES}",
    f"Rick lost his first tooth, and it does not hurt. He {GOES}",
    f"The doctor tells Jim that nothing is wrong with his throat. He {GOES}",
    f"Emil got over his flu last week. He {GOES}",
    f"The actress fell in love on stage every evening. She {GOES}",
    f"The museum shows shoes with holes from 1700. Hana {GOES}",
    f"Sven's hands are warm, so he gives his sister his gloves. He {GOES}",
    f"Mother told Kim not to go barefoot. She {GOES}",
    f"The horse lost a shoe. The farmer {GOES}",
    f"My aunt would be cold without her heater. She {GOES}",
    f"When he was a baby, Leo cried all night. He {GOES}",
    f"Nils asks if his sister is hungry. He {GOES}",
    f"It was the hungry dog, not Tom, that barked. Tom {GOES}",
    f"Tired tyres, says the mechanic. He {GOES}",
    f"The sick joke made Amy angry. She {GOES}",
    f"The thirsty engine needs oil. Karl {GOES}",
    f"Ida slept ten hours and feels great. She {GOES}",
    f"The sink is dirty again, so Olga calls her brother. She {GOES}",
    f"Carl is a cold man. He {GOES}",
    f"The cold tea stands on the table. Vera {GOES}",
    f"Wanda has lovely bare feet in the summer photo. She {GOES}",
    f"Alan hides in the dark and scares his brother. He {GOES}",
)


@pytest.mark.parametrize(("text", "thing"), TOLD.items())
def test_what_happened_tells_the_need(text: str, thing: str) -> None:
    assert errands.meaning(tokenize(text)).thing == thing


@pytest.mark.parametrize("text", TRAPS)
def test_what_only_looks_like_a_need_is_not_claimed(text: str) -> None:
    """Denied, past, met, of others, of things, in tales, or in other senses."""
    assert errands.meaning(tokenize(text)).thing is None


def test_clues_are_of_the_ten_things_and_can_be_compiled() -> None:
    assert {clue.thing for clue in clues()} == set(errands.grammar_of("en").things)
    assert all(clue.keys and compiled(clue.shape) for clue in clues())


@pytest.mark.parametrize("word", ["not", "never", "no longer"])
def test_a_negation_in_between_is_no_clue(word: str) -> None:
    assert errands.meaning(tokenize(f"Ann's fingers are {word} cold. She {GOES}")).thing is None
