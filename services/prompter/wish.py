"""What the developer asked for, told apart from what happens now. Pure."""

import re

_WANTED = re.compile(
    r"\b(should|shall|must|expect\w*|instead|want\w*|would like|needs? to|ought|supposed|please"
    r"|soll\w*|muss|erwart\w*|stattdessen|möchte|bitte|devrait|doit|attend\w*|debe\w*|deber\w*|quiero|espero)\b",
    re.IGNORECASE,
)
_SENTENCE = re.compile(r"(?<=[.!?])\s+|\n+")


def wanted(notes: str) -> tuple[str, ...]:
    """The sentences of the notes that say how it ought to be."""
    sentences = (sentence.strip() for sentence in _SENTENCE.split(notes))
    return tuple(sentence for sentence in sentences if sentence and _WANTED.search(sentence))
