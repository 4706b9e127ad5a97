from datetime import UTC, datetime, timedelta
from html.parser import HTMLParser

import pytest
from django import forms
from django.template import Context, Template
from django.utils import timezone

from governance.domain.charts import Chart, ChartKind, Series
from governance.project.icons import icon_paths

EVIL = '<script>alert("x")</script>'
ATTACK = '" onmouseover="alert(1)'


def show(source, **context):
    return Template(source).render(Context(context))


def elements(html):
    found = []
    parser = HTMLParser()
    parser.handle_starttag = lambda tag, attributes: found.append((tag, dict(attributes)))
    parser.feed(html)
    return found


@pytest.mark.parametrize(
    "source",
    [
        "{% pill words words %}",
        "{% pill words 'ok' 'ban' words %}",
        "{% face words %}",
        "{% person words %}",
        "{% kbd words %}",
        "{% market words %}",
        "{% entity_chip words words words words words words %}",
        "{% spark values words %}",
        "{% stat words words url=words change=words note=words definition=words definition_name='n' %}",
        "{% meter 1 0 2 label=words text=words tone=words %}",
        "{% progress 1 2 words %}",
        "{% tip 'n' words %}",
        "{% card title=words note=words url=words css=words %}{% endcard %}",
        "{% page_header title=words lead=words %}{% endpage_header %}",
        "{% empty title=words text=words %}{{ words }}{% endempty %}",
        "{% callout tone=words %}{{ words }}{% endcallout %}",
        "{% dialog name='d' title=words css=words %}{{ words }}{% enddialog %}",
        "{% menu name='m' label=words css=words %}{{ words }}{% endmenu %}",
        "{% trail_item title=words who=words tone=words %}{{ words }}{% endtrail_item %}",
        "{% veil words %}{{ words }}{% endveil %}",
        "{% icon 'x' words words %}",
        "{{ words|markdown }}",
    ],
)
@pytest.mark.parametrize("words", [EVIL, ATTACK])
def test_words_of_people_never_become_markup(source, words):
    found = elements(show(source, words=words, values=[1, 2]))
    assert found
    assert "script" not in {tag for tag, _ in found}
    assert not [name for _, attributes in found for name in attributes if name.startswith("on")]


def test_no_component_breaks_the_policy():
    chart = Chart(kind=ChartKind.LINE, x=("a", "b"), x_label="x", series=(Series("A", (1, 2)),))
    html = show(
        "{% meter 22 0 48 marks preview=30 %}{% spark values %}{% progress 1 2 'x' %}"
        "{% chart chart title='A' name='a' %}",
        marks=[12, 24],
        values=[1, 2],
        chart=chart,
    )
    for tag, attributes in elements(html):
        assert "style" not in attributes
        assert tag != "script" or attributes["type"] == "application/json"


def test_a_meter_is_drawn_with_attributes_in_any_language():
    with timezone.override("UTC"):
        html = show("{% load i18n %}{% language 'de' %}{% meter 1 0 3 marks %}{% endlanguage %}", marks=[2])
    assert 'width="33.33%"' in html
    assert 'x1="66.67%"' in html


def test_severity_is_a_word_and_bars():
    html = show("{% severity 'high' %}")
    assert "High" in html
    assert html.count("is-on") == 3
    assert "tone-warn" in html


def test_people_and_their_absence():
    assert "Nobody" in show("{% person '' %}")
    assert "Unassigned" in show("{% person None 'Unassigned' %}")
    assert "DL" in show("{% person 'Dewi Lestari Putri' %}")


def test_an_entity_without_a_name_shows_its_id_once():
    html = show("{% entity_chip 'seller' '' 'S-1' '/e/1' 'ID' %}")
    assert html.count("S-1") == 1
    assert 'href="/e/1"' in html
    assert "<a" not in show("{% entity_chip 'seller' 'Toko' %}")


def test_times_carry_the_moment_for_the_browser():
    moment = timezone.now() - timedelta(hours=3)
    html = show("{% time_ago moment %}", moment=moment)
    assert f'datetime="{moment.isoformat()}"' in html
    assert "3 h ago" in html
    assert "2026" in show("{% time_at moment %}", moment=datetime(2026, 3, 1, tzinfo=UTC))
    assert "\u2013" in show("{% time_ago None %}{% time_at None %}")


def test_keys_are_shown_as_caps():
    html = show("{% kbd 'mod+k' %}{% kbd 'g c' %}{% kbd 'enter' %}")
    assert html.count("<kbd") == 5
    assert "data-mod-sign>Ctrl" in html
    assert ">G<" in html


def test_an_unknown_icon_is_a_slip_of_the_template():
    with pytest.raises(ValueError, match="no icon 'no-such-thing'"):
        show("{% icon 'no-such-thing' %}")
    with pytest.raises(ValueError, match="no icon"):
        show("{% icon '../../secrets' %}")


def test_icons_speak_only_when_they_have_a_label():
    assert 'aria-hidden="true"' in show("{% icon 'x' %}")
    assert 'aria-label="Close"' in show("{% icon 'x' label='Close' %}")


def test_a_page_without_the_icon_package_still_works(settings, tmp_path):
    settings.BASE_DIR = tmp_path
    icon_paths.cache_clear()
    try:
        assert "<svg" in show("{% icon 'x' %}")
    finally:
        icon_paths.cache_clear()


class SampleForm(forms.Form):
    title = forms.CharField(help_text="Short.")
    kind = forms.ChoiceField(choices=[("a", "A")])
    is_on = forms.BooleanField(required=False, label="On")
    one = forms.ChoiceField(choices=[("a", "A")], widget=forms.RadioSelect)


def test_fields_say_what_is_wrong_at_the_place():
    form = SampleForm({"title": ""})
    html = show("{% field form.title %}", form=form)
    control = next(attributes for tag, attributes in elements(html) if tag == "input")
    assert control["aria-invalid"] == "true"
    assert control["aria-describedby"].split() == ["id_title-error", "id_title-hint"]
    assert {attributes.get("id") for _, attributes in elements(html)} >= {"id_title-error", "id_title-hint"}
    assert "This field is required." in html
    assert 'for="id_title"' in html


def test_each_kind_of_field_has_its_control():
    form = SampleForm()
    assert 'class="form-select"' in show("{% field form.kind %}", form=form)
    assert "form-check-label" in show("{% field form.is_on %}", form=form)
    assert "<legend>" in show("{% field form.one %}", form=form)


def test_a_chart_has_its_numbers_and_an_empty_one_says_so():
    chart = Chart(kind=ChartKind.LINE, x=("a", "b"), x_label="Day", series=(Series("A", (0.25, None)),), is_share=True)
    html = show("{% chart chart title='Rate' name='rate' %}", chart=chart)
    assert 'data-chart="chart-rate"' in html
    assert "25.0\u00a0%" in html
    assert 'data-value="0.25"' in html
    empty = Chart(kind=ChartKind.LINE, x=("a",), x_label="Day", series=(Series("A", (None,)),))
    html = show("{% chart chart title='Rate' name='rate' %}", chart=empty)
    assert "No data" in html
    assert "data-chart=" not in html


def test_links_to_pages_that_do_not_exist_are_left_out():
    assert show("{% url_if 'no:such' %}") == ""
    assert show("{% url_if 'healthz' %}") == "/healthz"
