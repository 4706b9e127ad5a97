"""Bring people in and say what they may do where."""

from collections.abc import Sequence

from django.contrib.auth.password_validation import validate_password
from django.core.exceptions import ValidationError
from django.db import transaction

from governance.actions import audit
from governance.domain.actors import Actor
from governance.domain.errors import Conflict, FieldProblem, InvalidInput, NotFound
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
    actor.require_in(Permission.MANAGE_PEOPLE, [market])
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


def revoke_role(*, actor: Actor, user_id: int, role: Role, market: str | None) -> None:
    """Take a role in a market from a person; nobody takes the last administrator's role away."""
    actor.require_in(Permission.MANAGE_PEOPLE, [market])
    with transaction.atomic():
        user = _locked(user_id)
        grant = RoleGrant.objects.filter(user=user, role=role.value, market_id=market).first()
        if grant is None:
            raise NotFound("This person does not hold that role there.")
        if role is Role.ADMIN and not _other_admins(user_id):
            raise Conflict("This is the last administrator.", hint="Make another one first.")
        grant.delete()
        audit.record(
            actor=actor,
            action="role_revoked",
            subject=_subject(user),
            market=market or "",
            before={"role": role.value, "queues": grant.queues},
        )


def deactivate_person(*, actor: Actor, user_id: int, reason: str) -> None:
    """Let a person leave: no sign-in and no open session any more; what was done stays.

    Raises NotAllowed when the person holds a role in a market that the actor does not administer.
    """
    held = RoleGrant.objects.filter(user_id=user_id).values_list("market_id", flat=True)
    actor.require(Permission.MANAGE_PEOPLE)
    actor.require_in(Permission.MANAGE_PEOPLE, held)
    if not reason.strip():
        raise InvalidInput([FieldProblem("reason", "Say why.")])
    if actor.user_id == user_id:
        raise Conflict("Nobody deactivates themselves.", hint="Ask another administrator.")
    with transaction.atomic():
        user = _locked(user_id)
        if user.is_active:
            user.is_active = False
            user.set_unusable_password()
            user.save(update_fields=["is_active", "password"])
            audit.record(
                actor=actor, action="person_deactivated", subject=_subject(user), after={"active": False}, reason=reason
            )


def _locked(user_id: int) -> User:
    user = User.objects.select_for_update().filter(pk=user_id).first()
    if user is None:
        raise NotFound("There is no such person.")
    return user


def _other_admins(user_id: int) -> bool:
    rows = RoleGrant.objects.filter(role=Role.ADMIN.value, market__isnull=True, user__is_active=True)
    return rows.exclude(user_id=user_id).exists()


def _subject(user: User) -> Subject:
    return Subject(kind="person", id=str(user.pk), label=user.name)
