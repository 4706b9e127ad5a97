"""Make one person per role for trying the console out."""

import secrets
from typing import Any

from django.core.management.base import BaseCommand
from django.db import transaction

from governance.actions.markets import ensure_default_markets
from governance.actions.people import grant_role, invite_person
from governance.domain.actors import system_actor
from governance.domain.roles import Role
from governance.queries.people import has_people

NAMES: dict[Role, str] = {
    Role.ANALYST: "Demo Analyst",
    Role.SENIOR_ANALYST: "Demo Senior Analyst",
    Role.POLICY_MANAGER: "Demo Policy Manager",
    Role.APPROVER: "Demo Approver",
    Role.LEAD: "Demo Lead",
    Role.OPS: "Demo Ops",
    Role.ADMIN: "Demo Admin",
    Role.AUDITOR: "Demo Auditor",
}


class Command(BaseCommand):
    """Make the demo people and print their logins, which are shown this once."""

    help = "Make one person per role with a random password, and print the logins. Does nothing when people exist."

    def handle(self, *args: Any, **options: Any) -> None:
        """Print a table of role, address and password."""
        if has_people():
            self.stdout.write("There are people already: nothing to do.")
            return
        actor = system_actor("demo")
        logins: list[tuple[Role, str, str]] = []
        with transaction.atomic():
            ensure_default_markets(actor=actor)
            for role, name in NAMES.items():
                email, password = f"{role.value.replace('_', '-')}@demo.example", secrets.token_urlsafe(12)
                user_id = invite_person(actor=actor, email=email, name=name, password=password)
                grant_role(actor=actor, user_id=user_id, role=role, market=None)
                logins.append((role, email, password))
        self.stdout.write("\nOne login per role. The passwords are shown this once, only hashes are kept:\n\n")
        for role, email, password in logins:
            self.stdout.write(f"  {role.value:<16} {email:<32} {password}")
        self.stdout.write("\n")
