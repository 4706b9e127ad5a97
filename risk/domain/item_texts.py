"""Find the text of each item in a JSON body, so that a refused item can be kept exactly as it came."""

import re

import orjson

# Strings are taken whole, so that brackets and commas within them do not count.
_TOKEN = re.compile(r'"[^"\\]*(?:\\.[^"\\]*)*"|[\[\]{}:,]', re.DOTALL)


def item_texts(body: str, key: str) -> list[str]:
    """Return the texts of the items of the list under `key` of the object `body`, in order.

    The body must be valid JSON. Without such a list the answer is empty; of a list given twice the last counts,
    as it does for the parser.
    """
    found: list[str] = []
    depth, start = 0, -1  # start of the item that is being read, -1 outside the wanted list
    name = text = ""
    for match in _TOKEN.finditer(body):
        piece = match.group()
        if piece in "[{":
            depth += 1
            if depth == 2 and piece == "[" and name == key:
                found, start = [], match.end()
        elif piece in "]}":
            if depth == 2 and start >= 0:
                found.append(body[start : match.start()].strip())
                start = -1
            depth -= 1
        elif piece == ",":
            if depth == 2 and start >= 0:
                found.append(body[start : match.start()].strip())
                start = match.end()
        elif depth == 1:
            if piece == ":":
                name = orjson.loads(text)
            else:
                text = piece
    return [] if found == [""] else found
