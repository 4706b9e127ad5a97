"""Imports in a folder of their own."""

import json
from collections.abc import Callable, Mapping
from io import StringIO
from pathlib import Path
from typing import Any

import pytest
from django.core.management import call_command

SALES_MAPPING = """
source: shop
market: BR
time_zone: America/Sao_Paulo
files:
  sales: {path: "sales.*", format: FORMAT}
entities:
  - {from: sales, type: seller, id: seller, name: shop, attributes: {city: city}}
events:
  - from: sales
    type: order_placed
    id: "{order}:placed"
    occurred_at: at
    roles: {seller: seller, order: order}
    payload: {amount: amount, text: note}
"""
HEADER = "order,seller,shop,city,at,amount,note\n"


@pytest.fixture(autouse=True)
def _media(settings: Any, tmp_path: Path) -> None:
    settings.MEDIA_ROOT = tmp_path / "media"
    settings.FILE_UPLOAD_TEMP_DIR = str(tmp_path / "media" / "incoming")


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """An empty folder for the files of an import."""
    path = tmp_path / "files"
    path.mkdir()
    return path


@pytest.fixture
def import_folder(folder: Path, tmp_path: Path) -> Callable[..., dict[str, Any]]:
    """Runs the command over the folder with a mapping text; returns the JSON of its last line."""

    def run(mapping: str = SALES_MAPPING, form: str = "csv", *options: str) -> dict[str, Any]:
        path = tmp_path / "mapping.yaml"
        path.write_text(mapping.replace("FORMAT", form))
        out = StringIO()
        call_command("import_data", str(folder), "--mapping", str(path), "--quiet", *options, stdout=out)
        return json.loads(out.getvalue().splitlines()[-1])

    return run


def totals(result: Mapping[str, Any]) -> tuple[int, int, int, int]:
    """Return read, accepted, rejected, duplicates."""
    return result["read"], result["accepted"], result["rejected"], result["duplicates"]
