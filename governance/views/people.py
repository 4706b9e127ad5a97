"""The pages of administrators: people with their roles, and API keys."""

from __future__ import annotations

from typing import TYPE_CHECKING, ClassVar

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.crypto import get_random_string
from django.utils.translation import gettext as _t
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_POST
from django_filters import CharFilter, ChoiceFilter, FilterSet

from governance.actions.keys import create_api_key, revoke_api_key
from governance.actions.people import deactivate_person, grant_role, invite_person, revoke_role
from governance.domain.errors import Conflict, InvalidInput, NotFound
from governance.domain.roles import Permission, Role
from governance.forms import show_problems
from governance.forms.admin import ALL_MARKETS, DeactivateForm, InviteForm, KeyForm, RoleForm
from governance.queries.markets import markets_in
from governance.queries.people_pages import all_keys, all_people
from governance.views.columns import CellKind, Column
from governance.views.lists import ListView

if TYPE_CHECKING:
    from django.db.models import QuerySet
    from django.http import HttpResponse

    from governance.middleware import ConsoleRequest
    from governance.models import ApiKey, User

ROLE_LABELS = [
    (Role.ANALYST.value, _("Analyst")),
    (Role.SENIOR_ANALYST.value, _("Senior analyst")),
    (Role.POLICY_MANAGER.value, _("Policy manager")),
    (Role.APPROVER.value, _("Approver")),
    (Role.LEAD.value, _("Lead")),
    (Role.OPS.value, _("Ops")),
    (Role.ADMIN.value, _("Administrator")),
    (Role.AUDITOR.value, _("Auditor")),
]


class PeopleFilter(FilterSet):  # type: ignore[misc]  # django-filter ships no types
    """Narrow the list of people."""

    q = CharFilter(field_name="name", lookup_expr="icontains", label=_("Name"))
    role = ChoiceFilter(choices=ROLE_LABELS, method="by_role", label=_("Role"), empty_label=_("Any"))
    active = ChoiceFilter(
        choices=[("yes", _("Active")), ("no", _("Left"))], method="by_active", label=_("State"), empty_label=_("Any")
    )

    def by_role(self, rows: QuerySet[User], name: str, value: str) -> QuerySet[User]:
        """Keep who holds the role anywhere."""
        return rows.filter(role_grants__role=value).distinct()

    def by_active(self, rows: QuerySet[User], name: str, value: str) -> QuerySet[User]:
        """Keep who is here, or who left."""
        return rows.filter(is_active=value == "yes")


class PeopleList(ListView):
    """Everybody, by name."""

    name = "people"
    title = _("People")
    lead = _("Who may do what in which market.")
    default_sort = "name"
    filterset_class = PeopleFilter
    market_field = None
    template_name = "governance/people.html"
    columns: ClassVar = (
        Column("name", _("Name"), sort=("name", "id"), is_lead=True, is_fixed=True),
        Column("email", _("E-mail"), sort=("email",)),
        Column(
            "roles",
            _("Roles"),
            value=lambda row: sorted({grant.role for grant in row.role_grants.all()}),
            template="governance/cells/roles.html",
            is_wide=True,
        ),
        Column("is_active", _("State"), template="governance/cells/active.html"),
        Column("last_login", _("Last sign-in"), CellKind.TIME, sort=("last_login",), is_nullable=True),
        Column("joined_at", _("Joined"), CellKind.TIME, sort=("joined_at",)),
    )

    def read_rows(self) -> QuerySet[User]:
        """Return everybody."""
        return all_people(self.request.actor)

    def row_url(self, row: User) -> str:
        """Return the page of the person."""
        return reverse("governance:person", args=[row.pk])


@login_required
def invite(request: ConsoleRequest) -> HttpResponse:
    """Make an account with a password that is shown once, to be handed over."""
    all_people(request.actor)
    form = InviteForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        password = get_random_string(16)
        try:
            user_id = invite_person(actor=request.actor, password=password, **form.cleaned_data)
        except InvalidInput as error:
            show_problems(form, error)
        else:
            messages.success(request, _t("Invited. Their password, shown this once: %s") % password)
            return redirect("governance:person", pk=user_id)
    status = 422 if request.method == "POST" else 200
    return render(request, "governance/invite.html", {"form": form}, status=status)


@login_required
def person(request: ConsoleRequest, pk: int) -> HttpResponse:
    """Show a person with the roles they hold, and what an administrator may change."""
    user = _person(request, pk)
    form = RoleForm(markets=markets_in(request.actor.markets(Permission.MANAGE_PEOPLE)))
    labels = dict(ROLE_LABELS)
    held = [(grant, labels[Role(grant.role)]) for grant in user.role_grants.all()]
    context = {"person": user, "held": held, "form": form, "leave_form": DeactivateForm(), "crumb": user.name}
    return render(request, "governance/person.html", context)


@login_required
@require_POST
def change_person(request: ConsoleRequest, pk: int, verb: str) -> HttpResponse:
    """Grant or revoke a role, or let a person leave."""
    user = _person(request, pk)
    try:
        _change(request, user, verb)
    except (Conflict, InvalidInput) as error:
        messages.error(request, f"{error.message} {error.hint}".strip())
    return redirect("governance:person", pk=user.pk)


def _change(request: ConsoleRequest, user: User, verb: str) -> None:
    if verb == "deactivate":
        deactivate_person(actor=request.actor, user_id=user.pk, reason=request.POST.get("reason", ""))
        messages.success(request, _t("%s has left.") % user.name)
        return
    if verb not in {"grant", "revoke"}:
        raise NotFound("There is no such step.")
    form = RoleForm(request.POST, markets=markets_in(request.actor.markets(Permission.MANAGE_PEOPLE)))
    if not form.is_valid():
        messages.error(request, _t("Choose a role and a market."))
        return
    act = grant_role if verb == "grant" else revoke_role
    market = None if form.cleaned_data["market"] == ALL_MARKETS else form.cleaned_data["market"]
    act(actor=request.actor, user_id=user.pk, role=Role(form.cleaned_data["role"]), market=market)
    messages.success(request, _t("Roles changed."))


class KeyList(ListView):
    """Every API key, by name."""

    name = "keys"
    title = _("API keys")
    lead = _("The systems that send events. A key is shown once, when it is made.")
    default_sort = "name"
    market_field = None
    template_name = "governance/keys.html"
    empty_title = _("No key yet")
    empty_text = _("Make one for the system that sends events.")
    empty_icon = "key"
    columns: ClassVar = (
        Column("name", _("Name"), sort=("name", "id"), is_lead=True, is_fixed=True, is_wide=True),
        Column("prefix", _("Begins with"), value=lambda row: f"aed_{row.prefix}_…"),
        Column("scopes", _("Scopes"), value=lambda row: ", ".join(row.scopes)),
        Column("markets", _("Markets"), value=lambda row: ", ".join(row.markets) or _t("All")),
        Column("state", _("State"), value=lambda row: _state_of(row), template="governance/cells/key_state.html"),
        Column("last_used_at", _("Last used"), CellKind.TIME, sort=("last_used_at",), is_nullable=True),
        Column("expires_at", _("Expires"), CellKind.TIME, sort=("expires_at",), is_nullable=True),
    )

    def read_rows(self) -> QuerySet[ApiKey]:
        """Return every key."""
        return all_keys(self.request.actor)


@login_required
def make_key(request: ConsoleRequest) -> HttpResponse:
    """Make a key and show it, this once."""
    all_keys(request.actor)
    form = KeyForm(request.POST or None, markets=markets_in(request.actor.markets(Permission.MANAGE_KEYS)))
    token = ""
    if request.method == "POST" and form.is_valid():
        try:
            token = create_api_key(actor=request.actor, **form.cleaned_data)
        except InvalidInput as error:
            show_problems(form, error)
    status = 422 if request.method == "POST" and not token else 200
    return render(request, "governance/make_key.html", {"form": form, "token": token}, status=status)


@login_required
@require_POST
def end_key(request: ConsoleRequest, pk: int) -> HttpResponse:
    """Revoke a key at once."""
    revoke_api_key(actor=request.actor, key_id=pk)
    messages.success(request, _t("The key is revoked."))
    return redirect("governance:keys")


def _person(request: ConsoleRequest, pk: int) -> User:
    user = all_people(request.actor).filter(pk=pk).first()
    if user is None:
        raise NotFound("There is no such person.")
    return user


def _state_of(key: ApiKey) -> str:
    if key.revoked_at:
        return "revoked"
    return "expired" if key.expires_at and key.expires_at <= timezone.now() else "active"
