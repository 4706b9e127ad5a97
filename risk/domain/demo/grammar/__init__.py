"""Hold the small grammars, one per language, that shop names, titles, reviews and messages are drawn from."""

from risk.domain.demo.grammar.english import ENGLISH
from risk.domain.demo.grammar.form import Grammar
from risk.domain.demo.grammar.german import GERMAN
from risk.domain.demo.grammar.indonesian import INDONESIAN
from risk.domain.demo.grammar.portuguese import PORTUGUESE

GRAMMARS: dict[str, Grammar] = {grammar.language: grammar for grammar in (ENGLISH, GERMAN, INDONESIAN, PORTUGUESE)}
"""Grammar by language code."""
