"""Tables of policies."""

from policies.models.lists import ListEntry, NamedList
from policies.models.macros import Macro
from policies.models.policies import Policy, PolicyVersion, TaxonomyNode
from policies.models.rules import Rule, RuleChange, RulesetVersion, RuleVersion, SavedTestEvent
from policies.models.schemes import PenaltyScheme, PenaltySchemeVersion, SchemeAssignment

__all__ = [
    "ListEntry",
    "Macro",
    "NamedList",
    "PenaltyScheme",
    "PenaltySchemeVersion",
    "Policy",
    "PolicyVersion",
    "Rule",
    "RuleChange",
    "RuleVersion",
    "RulesetVersion",
    "SavedTestEvent",
    "SchemeAssignment",
    "TaxonomyNode",
]
