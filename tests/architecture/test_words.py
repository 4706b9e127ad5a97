"""Every word that people read can be translated: catalogues can be made, and what goes to accounts is complete."""

import os
import shutil
import subprocess
import sys
from dataclasses import fields
from pathlib import Path
from string import Formatter

import pytest
from django.conf import settings

from cases.domain.wording import BASE_LOCALE, WORDINGS
from policies.domain.schemes import MilestoneActionKind
from tests.builders.cases import shipped_pack

ROOT = Path(settings.BASE_DIR)
PARTS = ("governance", "policies", "risk", "cases", "dashboards", "templates", "manage.py")
SENTENCES = [field.name for field in fields(WORDINGS[BASE_LOCALE]) if field.type == "str" or field.type is str]
# Words that are the same in other languages: places only, and the sign of decimals.
SAME_ANYWHERE = {"fact", "decimal", "date"}


def places(text: str) -> set[str]:
    return {name for _, name, _, _ in Formatter().parse(text) if name is not None}


def test_notices_speak_every_language_of_the_shipped_pack():
    assert set(WORDINGS) == set(shipped_pack().locales)


@pytest.mark.parametrize("locale", sorted(set(WORDINGS) - {BASE_LOCALE}))
def test_no_sentence_to_an_account_is_missing_left_in_english_or_short_of_a_place(locale: str):
    own, english = WORDINGS[locale], WORDINGS[BASE_LOCALE]
    assert len(SENTENCES) > 10
    for name in SENTENCES:
        said = getattr(own, name)
        assert said.strip(), name
        assert places(said) == places(getattr(english, name)), name
        assert name in SAME_ANYWHERE or said != getattr(english, name), name
    assert set(own.kinds) == set(MilestoneActionKind)
    assert not set(own.kinds.values()) & set(english.kinds.values())
    assert len(set(own.months)) == 12


def test_a_catalogue_can_be_made_of_all_that_the_console_says(tmp_path: Path):
    if shutil.which("xgettext") is None:
        pytest.skip("SKIPPED: there is no xgettext here; install GNU gettext to make catalogues")
    for part in PARTS:
        source = ROOT / part
        if source.is_dir():
            shutil.copytree(source, tmp_path / part, ignore=shutil.ignore_patterns("__pycache__", "static", "packs"))
        else:
            shutil.copy(source, tmp_path / part)
    (tmp_path / "locale").mkdir()
    command = [sys.executable, "-W", "ignore", "manage.py", "makemessages", "-l", "de", "--no-location"]
    environment = {**os.environ, "DJANGO_SETTINGS_MODULE": "governance.project.settings"}
    made = subprocess.run(command, cwd=tmp_path, env=environment, capture_output=True, text=True, check=False)
    assert made.returncode == 0, made.stderr
    assert "warning" not in made.stderr.lower(), made.stderr
    catalogue = (tmp_path / "locale/de/LC_MESSAGES/django.po").read_text(encoding="utf-8")
    assert catalogue.count("\nmsgid ") > 1_000
    for words in ("Waits for a second person", "Claim the next case", "%(a)s and %(b)s"):
        assert f'"{words}"' in catalogue, words
