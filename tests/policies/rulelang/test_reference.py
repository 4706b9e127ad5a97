"""The reference in the docs is what the tables say."""

from pathlib import Path

from policies.rulelang.files import check_file
from policies.rulelang.functions import FUNCTIONS
from policies.rulelang.reference import write_reference

PATH = Path(__file__).resolve().parents[3] / "docs" / "rule-language.md"


def test_the_reference_is_up_to_date():
    assert PATH.read_text() == write_reference(), "run: manage.py rules reference > docs/rule-language.md"


def test_every_function_is_in_the_reference():
    text = PATH.read_text()
    for function in FUNCTIONS.values():
        assert f"`{function.usage}`".replace("|", "\\|") in text


def test_the_file_shown_in_the_reference_is_right():
    example = PATH.read_text().split("```yaml\n")[1].split("```")[0]
    assert [report["ok"] for report in check_file(example)] == [True, True]
