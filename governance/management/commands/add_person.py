"""Bring a person in from the command line: the first administrator has nobody else to do it."""

import secrets
from argparse import ArgumentParser, ArgumentTypeError
from typing import Any

from django.core.exceptions import ValidationError
from django.core.management.base import BaseCommand, CommandError
from django.core.validators import validate_email
from django.db import transaction

from governance.actions.markets import ensure_default_markets
from governance.actions.people import grant_role, invite_person
from governance.domain.actors import system_actor
from governance.domain.errors import InvalidInput
from governance.domain.markets import DEFAULT_MARKETS
from governance.domain.roles import Role


class Command(BaseCommand):
    """Make one account with one role and print its first password."""

    help = "Make an account with a role and print its random password, which is shown this once."

    def add_arguments(self, parser: ArgumentParser) -> None:
        """Declare who and what."""
        parser.add_argument("email", type=_email, help="e-mail address to sign in with")
        parser.add_argument("--name", required=True, help="name that others see")
        parser.add_argument("--role", required=True, choices=[role.value for role in Role])
        parser.add_argument(
            "--market",
            choices=[spec.code for spec in DEFAULT_MARKETS],
            help="one market; without it the role holds in all",
        )

    def handle(self, *args: Any, **options: Any) -> None:
        """Make the account; CommandError when the address is taken."""
        actor, password = system_actor("command line"), secrets.token_urlsafe(12)
        try:
            with transaction.atomic():
                ensure_default_markets(actor=actor)
                user_id = invite_person(actor=actor, email=options["email"], name=options["name"], password=password)
                grant_role(actor=actor, user_id=user_id, role=Role(options["role"]), market=options["market"])
        except InvalidInput as error:
            raise CommandError(error.message) from error
        self.stdout.write(f"{options['email'].lower()} signs in with the password {password} (shown this once).")


def _email(text: str) -> str:
    try:
        validate_email(text)
    except ValidationError as error:
        raise ArgumentTypeError(f"{text!r} is not an e-mail address") from error
    return text
