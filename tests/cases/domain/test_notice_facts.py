from datetime import UTC, datetime

import pytest

from cases.domain.notices import Finding, Rate, say_findings
from cases.domain.wording import WORDINGS

DAY = datetime(2026, 10, 5, 9, tzinfo=UTC)
ENGLISH = "More than 10 % were late."


def say(locale: str, *findings: Finding) -> list[str]:
    return say_findings(locale, findings, "UTC")


def test_a_fact_is_told_in_the_language_of_the_account_with_its_figures():
    finding = Finding(DAY, ENGLISH, {"de": "Mehr als 10 % kamen zu spät."}, Rate(30, 212, 30 / 212))
    assert say("de", finding) == ["5. Oktober 2026: Mehr als 10 % kamen zu spät (30 von 212, 14,2 %)."]
    assert say("en", finding) == ["5 October 2026: More than 10 % were late (30 of 212, 14.2 %)."]


def test_regions_read_the_language():
    finding = Finding(DAY, ENGLISH, {"pt": "Mais de 10 % atrasaram."})
    assert say("pt-BR", finding) == ["5 de outubro de 2026: Mais de 10 % atrasaram."]
    assert say("en-GB", finding) == ["5 October 2026: More than 10 % were late."]


@pytest.mark.parametrize("locale", sorted(set(WORDINGS) - {"en"}))
def test_nobody_reads_english_who_does_not_speak_it(locale: str):
    (said,) = say(locale, Finding(DAY, ENGLISH, {}, Rate(3, 12, 0.25)))
    assert ENGLISH.rstrip(".") not in said
    assert "12" in said
    assert "25,0 %" in said


def test_names_in_reasons_bring_no_markdown():
    assert say("en", Finding(DAY, "The word *free* is used."))[0].endswith("The word \\*free\\* is used.")
