"""Polars: all rules as expressions of one lazy query over Parquet files, in its streaming engine."""

from collections.abc import Sequence
from functools import reduce
from operator import and_, or_
from typing import Any

from policies.bench.libraries import load
from policies.bench.peers import Rule
from policies.bench.terms import IS_NULL, Term, write_clause

_JOINS = {"&&": and_, "||": or_}


def write_counts(rules: Sequence[Rule]) -> list[Any]:
    """Return an expression per rule that counts its hits."""
    library = load("polars")
    return [write(rule, library).sum().alias(f"r{place}") for place, rule in enumerate(rules)]


def count_per_day(counts: Sequence[Any], paths: Sequence[str]) -> list[int]:
    """Count the hits of each rule per day in one pass and return each rule's total.

    The number of threads is set by POLARS_MAX_THREADS before the first import.
    """
    query = load("polars").scan_parquet(list(paths)).group_by("day").agg(counts)
    return [int(total) for total in query.collect(engine="streaming").drop("day").sum().row(0)]


def find_hits(rules: Sequence[Rule], table: Any) -> list[list[int]]:
    """Return for each rule the positions of the rows of an Arrow table that it hits."""
    library = load("polars")
    columns = [write(rule, library).fill_null(value=False).alias(f"r{place}") for place, rule in enumerate(rules)]
    found = library.from_arrow(table).select(columns)
    return [[int(place) for place in column.arg_true()] for column in found.get_columns()]


def write(rule: Rule, library: Any) -> Any:
    """Return a rule as a Polars expression; null counts as no hit."""
    return write_clause(
        rule.clause, lambda term: _write_term(term, library), lambda sign, parts: reduce(_JOINS[sign], parts)
    )


def _write_term(term: Term, library: Any) -> Any:  # noqa: PLR0911 - one return per kind of test
    column, value = library.col(term.field), term.value
    match term.test:
        case "is_null" | "is_not_null":
            return column.is_null() if term.test == IS_NULL else column.is_not_null()
        case "equal":
            return column == value
        case "not_equal":
            return column.ne_missing(value) if term.is_nullable else column != value
        case "less":
            return column < value
        case "less_equal":
            return column <= value
        case "greater":
            return column > value
        case "greater_equal":
            return column >= value
    found = _write_negatable(term, column)
    if term.is_wanted:
        return found
    return ~found | column.is_null() if term.null_holds and term.is_nullable else ~found


def _write_negatable(term: Term, column: Any) -> Any:
    match term.test:
        case "holds":
            return column
        case "in":
            return column.is_in(list(term.value))
        case "contains":
            return column.str.contains(term.value, literal=True)
        case "starts_with":
            return column.str.starts_with(term.value)
        case "ends_with":
            return column.str.ends_with(term.value)
        case _:
            return column.str.contains(term.value)
