"""What tests of cases share."""

import pytest

from governance.domain.actors import Actor
from tests.builders.cases import load_shipped_pack, make_analyst


@pytest.fixture
def shipped(db: None, settings: object) -> None:
    """The shipped markets and policies, and addresses for what actions write."""
    settings.ROOT_URLCONF = "tests.cases.urls"
    load_shipped_pack()


@pytest.fixture
def analyst(shipped: None) -> Actor:
    """An analyst of Brazil."""
    return make_analyst("BR")
