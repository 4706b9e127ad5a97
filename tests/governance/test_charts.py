import json

import pytest

from governance.domain.charts import Chart, ChartKind, Mark, Series, Tone, figure_of, table_of

DAYS = ("2026-03-01", "2026-03-02", "2026-03-03")


def line(**changes):
    given = {"kind": ChartKind.LINE, "x": DAYS, "x_label": "Day", "series": (Series("Rate", (0.1, None, 0.3)),)}
    return Chart(**{**given, **changes})


def test_a_gap_stays_a_gap_in_figure_and_table():
    assert figure_of(line())["data"][0]["y"] == [0.1, None, 0.3]
    assert table_of(line()) == (["Day", "Rate"], [[DAYS[0], 0.1], [DAYS[1], None], [DAYS[2], 0.3]])


def test_intervals_are_a_band_and_columns():
    chart = line(series=(Series("Rate", (0.1, 0.2, 0.3), low=(0.0, 0.1, 0.2), high=(0.2, 0.3, 0.4)),))
    low, high, rate = figure_of(chart)["data"]
    assert (low["y"], high["y"]) == ([0.0, 0.1, 0.2], [0.2, 0.3, 0.4])
    assert high["fill"] == "tonexty"
    assert (low["showlegend"], high["showlegend"]) == (False, False)
    assert rate["y"] == [0.1, 0.2, 0.3]
    header, rows = table_of(chart)
    assert header == ["Day", "Rate", "Rate, low", "Rate, high"]
    assert rows[2] == [DAYS[2], 0.3, 0.2, 0.4]


def test_every_part_must_fit_the_x():
    with pytest.raises(ValueError, match="2 y for 3 x"):
        line(series=(Series("Rate", (1, 2)),))
    with pytest.raises(ValueError, match="1 links for 3 x"):
        line(series=(Series("Rate", (1, 2, 3), links=("/",)),))


def test_the_browser_gets_tones_and_no_colour():
    chart = line(series=(Series("A", (1, 2, 3), tone=Tone.DANGER), Series("B", (1, 2, 3))))
    figure = figure_of(chart)
    assert [trace["meta"]["tone"] for trace in figure["data"]] == ["danger", 2]
    assert "#" not in json.dumps(figure)


def test_marks_stand_at_their_place_and_read_no_tags():
    chart = line(marks=(Mark("<b>42</b> & more", x=DAYS[1]), Mark("Limit", y=0.2, tone=Tone.WARN)))
    layout = figure_of(chart)["layout"]
    assert (layout["shapes"][0]["x0"], layout["shapes"][1]["y0"]) == (DAYS[1], 0.2)
    assert layout["shapes"][1]["meta"] == {"tone": "warn"}
    assert layout["annotations"][0]["text"] == "&lt;b>42&lt;/b> &amp; more"


def test_points_lead_to_their_rows():
    chart = line(series=(Series("A", (1, 2, 3), links=("/a", "", "/c")),))
    assert figure_of(chart)["data"][0]["customdata"] == ["/a", "", "/c"]


def test_kinds_are_drawn_as_they_say():
    def of(kind):
        return figure_of(line(kind=kind, series=(Series("A", (1, 2, 3)),)))

    assert of(ChartKind.STACKED_BAR)["layout"]["barmode"] == "stack"
    assert of(ChartKind.BAR)["data"][0]["type"] == "bar"
    assert of(ChartKind.AREA)["data"][0]["stackgroup"]
    row = of(ChartKind.ROW)
    assert row["data"][0]["x"] == [1, 2, 3]
    assert row["data"][0]["y"] == list(DAYS)
    assert row["layout"]["yaxis"]["autorange"] == "reversed"


def test_units_and_shares_are_on_the_axis():
    assert figure_of(line(is_share=True))["layout"]["yaxis"]["tickformat"] == ".0%"
    assert figure_of(line(unit="h"))["layout"]["yaxis"]["ticksuffix"] == " h"
    assert figure_of(line(starts_at_zero=False))["layout"]["yaxis"].get("rangemode") is None


def test_one_point_is_seen():
    chart = Chart(kind=ChartKind.LINE, x=("a",), x_label="x", series=(Series("A", (1,)),))
    assert figure_of(chart)["data"][0]["mode"] == "markers"


def test_a_dashed_line_is_dashed():
    assert figure_of(line(series=(Series("A", (1, 2, 3), is_dashed=True),)))["data"][0]["line"] == {"dash": "dot"}


def test_a_last_day_that_is_not_over_does_not_look_like_a_drop():
    chart = line(series=(Series("A", (8, 9, 2), links=("/a", "/b", "/c")),), unfinished="so far")
    whole, rest = figure_of(chart)["data"]
    assert (whole["y"], rest["x"], rest["y"]) == ([8, 9, None], list(DAYS[1:]), [9, 2])
    assert (rest["line"], rest["showlegend"], rest["customdata"]) == ({"dash": "dot"}, False, ["/b", "/c"])
    assert figure_of(chart)["layout"]["annotations"][0]["text"] == "so far"
    assert table_of(chart)[1][-1] == [f"{DAYS[2]} (so far)", 2]
    bars = figure_of(line(kind=ChartKind.STACKED_BAR, series=(Series("A", (8, 9, 2)),), unfinished="so far"))
    assert bars["data"][0]["marker"]["opacity"] == [1, 1, 0.45]
    assert len(figure_of(line())["data"]) == 1


def test_emptiness():
    assert line(series=(Series("A", (None, None, None)),)).is_empty
    assert not line().is_empty
