"""Find policies and rules by a few letters, for the command palette."""

from django.db.models import Q
from django.utils import timezone

from governance.domain.actors import Actor
from governance.domain.finding import Found
from policies.domain.locales import in_locale
from policies.queries.policies import policies_in_force
from policies.queries.scope import visible_policies, visible_rules

# Policies are counted in hundreds: reading these titles costs less than an index over every locale.
MOST_POLICIES = 500


def find_policies(actor: Actor, words: str, limit: int) -> list[Found]:
    """Return the policies whose code or title (in the viewer's language) contains the words."""
    codes = dict(visible_policies(actor).order_by("code").values_list("pk", "code")[:MOST_POLICIES])
    views = policies_in_force(codes, timezone.now())
    titles = {pk: in_locale(view.titles, actor.locale) for pk, view in views.items()}
    wanted = words.casefold()
    hits = [pk for pk, code in codes.items() if wanted in code.casefold() or wanted in titles.get(pk, "").casefold()]
    return [Found(pk, titles.get(pk, codes[pk]), codes[pk], codes[pk]) for pk in hits[:limit]]


def find_rules(actor: Actor, words: str, limit: int) -> list[Found]:
    """Return the rules whose code or title contains the words."""
    rows = visible_rules(actor).filter(Q(code__icontains=words) | Q(title__icontains=words)).order_by("code")[:limit]
    return [Found(row.pk, row.title, row.code, row.code) for row in rows]
