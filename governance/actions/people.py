"""Bring people in and say what they may do where."""

from collections.abc import Sequence

from django.contrib.auth.password_validation import validate_password
from django.core.exceptions import ValidationError
from django.db import transaction

from governance.actions import audit
from governance.domain.actors import Actor
from governance.domain.errors import FieldProblem, InvalidInput
from governance.domain.roles import Permission, Role
from governance.domain.subjects import Subject
from governance.models import RoleGrant, User


def invite_person(*, actor: Actor, email: str, name: str, password: str, locale: str = "en") -> int:
    """Make a local account and return its key; raises InvalidInput on a taken address or a weak password."""
    actor.require(Permission.MANAGE_PEOPLE)
    if User.objects.filter(email__iexact=email).exists():
        raise InvalidInput([FieldProblem("email", f"{email} already has an account.")])
    try:
        validate_password(password)
    except ValidationError as error:
        raise InvalidInput([FieldProblem("password", " ".join(error.messages))]) from error
    with transaction.atomic():
        user = User(email=email.lower(), name=name, locale=locale)
        user.set_password(password)
        user.save()
        audit.record(actor=actor, action="person_invited", subject=_subject(user), after={"email": user.email})
    return user.pk


def grant_role(*, actor: Actor, user_id: int, role: Role, market: str | None, queues: Sequence[str] = ()) -> None:
    """Give a person a role in a market, None for every market; giving it twice changes nothing."""
    actor.require(Permission.MANAGE_PEOPLE, market)
    with transaction.atomic():
        user = User.objects.select_for_update().get(pk=user_id)
        granter = actor.user_id if actor.kind == "person" else None
        grant, is_new = RoleGrant.objects.get_or_create(
            user=user,
            role=role.value,
            market_id=market,
            defaults={"queues": list(queues), "granted_by_id": granter},
        )
        if is_new:
            audit.record(
                actor=actor,
                action="role_granted",
                subject=_subject(user),
                market=market or "",
                after={"role": role.value, "queues": grant.queues},
            )


def _subject(user: User) -> Subject:
    return Subject(kind="person", id=str(user.pk), label=user.name)
