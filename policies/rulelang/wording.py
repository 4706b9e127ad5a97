"""Carry every sentence a person reads as a template with its values, so that it can be translated later."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field

AS_IT_IS = "%(words)s"  # the template of words that are the same in every language


def gettext_noop(message: str) -> str:
    """Return the message itself; the name marks it for the collector of translatable texts."""
    return message


def say_as_is(message: str) -> str:
    """Return the English template: the translation used where no other is given."""
    return message


@dataclass(frozen=True, slots=True)
class Text:
    """A sentence: an English template in the `%(name)s` manner and the values to put in.

    Values that are themselves `Text` are rendered in the same language.
    """

    template: str
    values: Mapping[str, object] = field(default_factory=dict)

    def render(self, translate: Callable[[str], str] = say_as_is) -> str:
        """Render the sentence; `translate` maps the English template to the reader's language."""
        if self.template == AS_IT_IS and isinstance(words := self.values["words"], str):
            return words
        template = translate(self.template) if self.template else ""
        if not self.values:
            return template
        return template % {
            name: value.render(translate) if isinstance(value, Text) else value for name, value in self.values.items()
        }

    def __str__(self) -> str:
        return self.render()


NOTHING = Text("")


def verbatim(words: object) -> Text:
    """Wrap words that are the same in every language: names, numbers, quoted text."""
    return Text(AS_IT_IS, {"words": words})
