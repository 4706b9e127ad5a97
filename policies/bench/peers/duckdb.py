"""DuckDB: all rules as columns of one query over Parquet files."""

from collections.abc import Sequence
from typing import Any

from policies.bench.libraries import load
from policies.bench.peers import Rule
from policies.bench.terms import IS_NULL, SIGNS, Term, write_text

_FUNCTIONS = {
    "contains": "contains",
    "starts_with": "starts_with",
    "ends_with": "ends_with",
    "matches": "regexp_matches",
}


def write_query(rules: Sequence[Rule]) -> str:
    """Return the query that counts the hits of each rule per day in one pass.

    Counting a CASE is the fastest of the forms that give the counts (filters and sums take two to three times as
    long), as each rule then narrows its rows test by test.
    """
    counts = ", ".join(f"count(CASE WHEN {_write(rule)} THEN 1 END)" for rule in rules)
    return f"SELECT day, {counts} FROM read_parquet(?) GROUP BY day"  # noqa: S608  (rules of our own)


def count_per_day(query: str, paths: Sequence[str], threads: int) -> list[int]:
    """Run the query over files and return the total of each rule."""
    connection = load("duckdb").connect(config={"threads": threads})
    rows = connection.execute(query, [list(paths)]).fetchall()
    return [sum(column) for column in list(zip(*rows, strict=True))[1:]]


def find_hits(rules: Sequence[Rule], table: Any) -> list[list[int]]:
    """Return for each rule the positions of the rows of an Arrow table that it hits."""
    connection = load("duckdb").connect()
    columns = ", ".join(f"coalesce({_write(rule)}, false) AS r{place}" for place, rule in enumerate(rules))
    found = connection.from_arrow(table).query("events", f"SELECT {columns} FROM events").to_arrow_table()  # noqa: S608
    return [[place for place, is_hit in enumerate(column.to_pylist()) if is_hit] for column in found.columns]


def write_term(term: Term) -> str:
    """Return a test in SQL; NULL counts as no hit."""
    field, negation = term.field, "" if term.is_wanted else "NOT "
    match term.test:
        case "is_null" | "is_not_null":
            return f"{field} IS {'' if term.test == IS_NULL else 'NOT '}NULL"
        case "holds":
            return f"{negation}{field}"
        case "in":
            test = f"{field} {negation}IN ({', '.join(map(_literal, term.value))})"
            return f"({test} OR {field} IS NULL)" if term.is_nullable and term.null_holds else test
        case "not_equal" if term.is_nullable:
            return f"{field} IS DISTINCT FROM {_literal(term.value)}"
        case test if test in SIGNS:
            sign = {"==": "=", "!=": "<>"}.get(SIGNS[test], SIGNS[test])
            return f"{field} {sign} {_literal(term.value)}"
        case test:
            return f"{negation}{_FUNCTIONS[test]}({field}, {_literal(term.value)})"


def _write(rule: Rule) -> str:
    return write_text(rule.clause, write_term, ("AND", "OR"))


def _literal(value: Any) -> str:
    if isinstance(value, bool):
        return "TRUE" if value else "FALSE"
    if isinstance(value, str):
        return "'" + value.replace("'", "''") + "'"
    return f"{value!r}::DOUBLE" if isinstance(value, float) else repr(value)
