import re
from io import StringIO

import pytest
from django.core.management import call_command
from django.db import DatabaseError, connection, transaction

from governance.actions import audit
from governance.domain.actors import system_actor
from governance.domain.subjects import Subject
from governance.queries.audit import verify_chain

pytestmark = pytest.mark.django_db(transaction=True)


def write(count: int) -> None:
    for number in range(count):
        audit.record(
            actor=system_actor("tests"),
            action="thing_done",
            subject=Subject("thing", str(number), f"thing {number}"),
            after={"number": number, "text": 'ünï"codé\\'},
        )


def behind_its_back(sql: str, *args: object) -> None:
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute("SET LOCAL session_replication_role = replica")
        cursor.execute(sql, args)


def ids() -> list[int]:
    with connection.cursor() as cursor:
        cursor.execute("SELECT id FROM governance_auditentry ORDER BY id")
        return [row[0] for row in cursor.fetchall()]


def test_an_honest_chain_holds():
    write(5)
    assert verify_chain().links == 5
    assert verify_chain().first_break is None


def test_an_empty_chain_holds():
    assert verify_chain().links == 0


def test_entries_of_one_transaction_are_chained_and_a_rolled_back_one_leaves_no_gap():
    with transaction.atomic():
        write(3)
    with transaction.atomic():
        write(1)
        transaction.set_rollback(True)
    write(1)
    result = verify_chain()
    assert (result.links, result.first_break) == (4, None)


@pytest.mark.parametrize("verb", ["UPDATE governance_auditentry SET reason = 'x'", "DELETE FROM governance_auditentry"])
def test_the_log_is_append_only(verb: str):
    write(1)
    with pytest.raises(DatabaseError, match="append_only"), connection.cursor() as cursor:
        cursor.execute(verb)


@pytest.mark.parametrize(
    ("sql", "seq", "problem"),
    [
        ("UPDATE governance_auditentry SET reason = 'x' WHERE id = %s", 3, "changed"),
        ("""UPDATE governance_auditentry SET after = '{"number": 99}' WHERE id = %s""", 3, "changed"),
        ("UPDATE governance_auditentry SET at = at + interval '1 microsecond' WHERE id = %s", 3, "changed"),
        ("DELETE FROM governance_auditentry WHERE id = %s", 3, "removed"),
        ("DELETE FROM governance_auditseal WHERE entry_id = %s", 3, "missing"),
    ],
)
def test_a_change_behind_its_back_is_found_at_its_place(sql: str, seq: int, problem: str):
    write(5)
    behind_its_back(sql, ids()[2])
    found = verify_chain().first_break
    assert found is not None
    assert problem in found.problem
    assert found.seq == (seq if problem != "missing" else 4)


def test_reordering_is_found():
    write(4)
    second, third = ids()[1:3]
    behind_its_back(
        "UPDATE governance_auditseal SET entry_id = CASE entry_id WHEN %s THEN -1 WHEN %s THEN %s ELSE entry_id END",
        second,
        third,
        second,
    )
    behind_its_back("UPDATE governance_auditseal SET entry_id = %s WHERE entry_id = -1", third)
    found = verify_chain().first_break
    assert found is not None
    assert (found.seq, found.entry_id) == (2, third)


def test_an_entry_put_in_without_a_seal_is_found():
    write(2)
    behind_its_back(
        "INSERT INTO governance_auditentry (at, actor_kind, actor_id, actor_label, action, subject_kind, subject_id,"
        " subject_label, market, before, after, reason, request_id)"
        " SELECT at, actor_kind, actor_id, actor_label, action, subject_kind, subject_id, subject_label, market,"
        " before, after, reason, request_id FROM governance_auditentry LIMIT 1"
    )
    found = verify_chain().first_break
    assert found is not None
    assert "without a seal" in found.problem


def test_a_cut_end_is_found():
    write(3)
    last = ids()[-1]
    behind_its_back("DELETE FROM governance_auditentry WHERE id = %s", last)
    behind_its_back("DELETE FROM governance_auditseal WHERE entry_id = %s", last)
    found = verify_chain().first_break
    assert found is not None
    assert "cut off" in found.problem


def test_the_command_exits_with_1_and_names_the_first_broken_entry():
    write(3)
    out = StringIO()
    call_command("audit_verify", stdout=out)
    assert re.search(r"holds: 3 entries", out.getvalue())
    behind_its_back("UPDATE governance_auditentry SET actor_label = 'somebody else' WHERE id = %s", ids()[1])
    err = StringIO()
    with pytest.raises(SystemExit) as stop:
        call_command("audit_verify", stderr=err)
    assert stop.value.code == 1
    assert f"link 2 (entry {ids()[1]})" in err.getvalue()
