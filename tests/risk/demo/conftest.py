"""Marketplaces that several tests look at, written once per run."""

import shutil
from dataclasses import dataclass
from datetime import date
from pathlib import Path

import pandas as pd
import pytest

from risk.actions.demo_features import write_features
from risk.actions.demo_files import write_demo
from risk.domain.demo.request import DemoRequest


@dataclass(frozen=True)
class Demo:
    """One written marketplace, read back."""

    request: DemoRequest
    directory: Path
    events: pd.DataFrame
    entities: pd.DataFrame
    labels: pd.DataFrame

    def of_type(self, name: str) -> pd.DataFrame:
        return self.events[self.events["type"] == name]

    def labelled(self, entity_type: str, abuse: str) -> pd.DataFrame:
        labels = self.labels
        chosen = (labels["level"] == "entity") & (labels["entity_type"] == entity_type)
        return labels[chosen & (labels["abuse"] == abuse)]

    def planted_events(self, abuse: str) -> pd.DataFrame:
        labels = self.labels
        chosen = labels[(labels["level"] == "event") & (labels["abuse"] == abuse)]
        return self.events[self.events["event_id"].isin(chosen["event_id"])]


def make_request(**changes: object) -> DemoRequest:
    values = {
        "seed": 7,
        "events": 10_000,
        "markets": ("BR", "ID", "DE"),
        "first_day": date(2026, 8, 1),
        "last_day": date(2026, 10, 31),
    }
    return DemoRequest(**(values | changes))


def write_and_read(request: DemoRequest, directory: Path) -> Demo:
    write_demo(request=request, directory=directory)
    frames = [pd.read_parquet(directory / f"{name}.parquet") for name in ("events", "entities", "labels")]
    return Demo(request, directory, *frames)


def copy_with_features(demo: Demo, directory: Path) -> Path:
    """Return the features file of a marketplace; written elsewhere, as others look at the marketplace's directory."""
    for name in ("events.parquet", "entities.parquet"):
        shutil.copy(demo.directory / name, directory)
    return write_features(directory=directory).path


@pytest.fixture(scope="session")
def smallest(tmp_path_factory: pytest.TempPathFactory) -> Demo:
    return write_and_read(make_request(), tmp_path_factory.mktemp("smallest"))


@pytest.fixture(scope="session")
def standard(tmp_path_factory: pytest.TempPathFactory) -> Demo:
    return write_and_read(make_request(events=200_000), tmp_path_factory.mktemp("standard"))


@pytest.fixture(scope="session")
def chunked(tmp_path_factory: pytest.TempPathFactory) -> Demo:
    """Large enough to be made in several chunks."""
    return write_and_read(make_request(events=450_000, seed=11), tmp_path_factory.mktemp("chunked"))
