"""What a rule would have hit is counted by market and day, with a sample that does not depend on the order."""

import random
from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

from risk.domain.rule_runs import SAMPLE_PER_MARKET, Change, RunTally, SampleHit, read_result

ZONES = {"BR": ZoneInfo("America/Sao_Paulo"), "DE": ZoneInfo("Europe/Berlin")}
AT = datetime(2026, 3, 1, 1, tzinfo=UTC)


def hit(number: int, market: str = "BR", change: Change = Change.SAME, at: datetime = AT) -> SampleHit:
    return SampleHit(market, number, number, at, change)


def test_hits_are_counted_by_market_and_by_the_day_there() -> None:
    tally = RunTally(ZONES)
    tally.add(hit(1))  # 22:00 of the day before in São Paulo
    tally.add(hit(1, change=Change.NEWLY, at=AT + timedelta(hours=12)))
    tally.add(hit(2, "DE"))
    tally.add(hit(3, "DE", Change.NO_LONGER))
    tally.add_miss("DE")
    figures = read_result(tally.result(), None)
    assert (figures.total.evaluated, figures.total.hits, figures.total.newly, figures.total.no_longer) == (5, 3, 1, 1)
    assert [(one.market, one.evaluated, one.hits, one.entities) for one in figures.markets] == [
        ("BR", 2, 2, 1),
        ("DE", 3, 1, 1),
    ]
    assert figures.days == {"BR": {"2026-02-28": 1, "2026-03-01": 1}, "DE": {"2026-03-01": 1}}
    assert figures.share == 3 / 5
    assert figures.as_summary()["by_market"] == {"BR": 2, "DE": 1}


def test_a_viewer_gets_the_figures_of_their_markets() -> None:
    tally = RunTally(ZONES)
    tally.add(hit(1))
    tally.add(hit(2, "DE"))
    figures = read_result(tally.result(), {"DE"})
    assert (figures.total.hits, list(figures.days), [item.entity_id for item in figures.sample]) == (1, ["DE"], [2])


def test_nothing_read_has_no_share() -> None:
    assert read_result({}, None).share is None


def test_the_sample_is_bounded_and_the_same_in_any_order() -> None:
    hits = [hit(number, at=AT + timedelta(minutes=number)) for number in range(SAMPLE_PER_MARKET * 5)]

    def sample(order: list[SampleHit]) -> tuple[SampleHit, ...]:
        tally = RunTally(ZONES)
        for one in order:
            tally.add(one)
        return read_result(tally.result(), None).sample

    first = sample(hits)
    shuffled = random.Random(7).sample(hits, len(hits))
    assert len(first) == SAMPLE_PER_MARKET
    assert sample(shuffled) == first
    assert [one.at for one in first] == sorted((one.at for one in first), reverse=True)
