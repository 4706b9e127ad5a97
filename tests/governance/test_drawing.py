import pytest

from governance.views.drawing import draw_meter, spark_points


@pytest.mark.parametrize(
    ("value", "low", "high", "length"),
    [(12, 0, 48, 25.0), (-5, 0, 48, 0.0), (99, 0, 48, 100.0), (200, 1000, 0, 80.0), (3, 3, 3, 0.0)],
)
def test_a_meter_fills_to_its_value(value, low, high, length):
    assert draw_meter(value=value, low=low, high=high).length == length


def test_marks_and_preview_stand_where_they_belong():
    drawn = draw_meter(value=10, low=0, high=48, marks=(0, 24, 48), preview=36)
    assert [(mark.at, mark.label, mark.anchor) for mark in drawn.marks] == [
        (0.0, "0", "start"),
        (50.0, "24", "middle"),
        (100.0, "48", "end"),
    ]
    assert drawn.preview == 75.0


def test_a_sparkline_runs_from_left_to_right_and_leaves_gaps_out():
    assert spark_points([0, None, 10]) == "0.0,27.0 100.0,1.0"
    assert spark_points([5, 5]) == "0.0,14.0 100.0,14.0"
    assert spark_points([5]) == "0.0,14.0"
    assert spark_points([None, None]) == ""
