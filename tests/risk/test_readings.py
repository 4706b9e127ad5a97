from datetime import UTC, datetime, timedelta

from policies.domain.signals import SignalSpec, parse_signal
from risk.domain.readings import SeenEvent, read_signals

NOW = datetime(2026, 3, 31, 12, tzinfo=UTC)


def spec(name: str, definition: dict, **changes: object) -> SignalSpec:
    form = {
        "name": name,
        "entity_type": "seller",
        "role": "seller",
        "version": 1,
        "owner": "tests",
        "unit": "share" if "rate" in definition else "count",
        "window_days": 30,
        "min_volume": 2 if "rate" in definition else 0,
        "null_meaning": "too few",
        "title": name,
        "doc": "doc",
        "definition": definition,
    }
    made = parse_signal(form | changes)
    assert isinstance(made, SignalSpec), made
    return made


ORDERS = spec("orders_30d", {"count": {"event": "order_placed"}})
LATE = spec(
    "late_30d",
    {
        "rate": {
            "numerator": {"event": "order_dispatched", "where": "late"},
            "denominator": {"event": "order_dispatched"},
        }
    },
)
CONDITIONS = {"late": lambda values, at: values.get("late")}


def event(days_ago: float, kind: str, *, entity: int = 1, role: str = "seller", late: bool | None = None) -> SeenEvent:
    return SeenEvent(entity, role, kind, NOW - timedelta(days=days_ago), {"late": late})


def read(*events: SeenEvent, entities: tuple[int, ...] = (1,)):
    moments = [(entity, NOW) for entity in entities]
    return read_signals(specs=[ORDERS, LATE], conditions=CONDITIONS, events=events, moments=moments)


def test_a_rate_is_numerator_by_denominator_with_its_volume():
    (reading,) = read(
        event(1, "order_dispatched", late=True),
        event(2, "order_dispatched", late=False),
        event(3, "order_dispatched", late=None),
        event(31, "order_dispatched", late=True),
    )
    assert reading.figures.values["late_30d"] == 1 / 3
    assert (reading.figures.counts["late_30d"], reading.figures.volumes["late_30d"]) == (1, 3)


def test_below_the_minimum_volume_a_rate_is_null_and_a_count_is_zero():
    (reading,) = read(event(1, "order_dispatched", late=True))
    assert reading.figures.values == {"late_30d": None, "orders_30d": 0}
    assert reading.figures.volumes["late_30d"] == 1


def test_entities_do_not_mix_and_another_role_does_not_count():
    one, two = read(
        event(1, "order_placed", entity=1),
        event(1, "order_placed", entity=2),
        event(2, "order_placed", entity=2),
        event(2, "order_placed", entity=2, role="buyer"),
        entities=(1, 2),
    )
    assert (one.figures.values["orders_30d"], two.figures.values["orders_30d"]) == (1, 2)
    assert (one.entity_id, two.entity_id) == (1, 2)


def test_each_moment_sees_its_own_past_only():
    moments = [(1, NOW - timedelta(days=5)), (1, NOW)]
    readings = read_signals(
        specs=[ORDERS],
        conditions={},
        events=[event(1, "order_placed"), event(5, "order_placed"), event(34.9, "order_placed")],
        moments=moments,
    )
    assert [reading.figures.values["orders_30d"] for reading in readings] == [2, 2]
