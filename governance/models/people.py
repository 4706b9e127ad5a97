"""People and what they may do where."""

from typing import ClassVar

from django.contrib.auth.base_user import AbstractBaseUser, BaseUserManager
from django.contrib.postgres.fields import ArrayField
from django.db import models

from governance.domain.roles import Role


class UserManager(BaseUserManager["User"]):
    """Find people by e-mail address."""

    def get_by_natural_key(self, username: str | None) -> "User":
        """Return the person with the address, whatever its case."""
        return self.get(email__iexact=username)


class User(AbstractBaseUser):
    """One person who signs in. May change; leaving is `is_active` false, never a deleted row."""

    email = models.EmailField(unique=True)
    name = models.CharField(max_length=120)
    locale = models.CharField(max_length=16, default="en")
    time_zone = models.CharField(max_length=64, default="UTC")
    is_active = models.BooleanField(default=True)
    joined_at = models.DateTimeField(auto_now_add=True)

    objects: ClassVar[UserManager] = UserManager()

    USERNAME_FIELD = "email"
    EMAIL_FIELD = "email"
    REQUIRED_FIELDS = ["name"]

    class Meta:
        ordering = ["name", "id"]

    def __str__(self) -> str:
        return self.name or self.email


class RoleGrant(models.Model):
    """One role of one person in one market; market null is every market, empty queues are all queues."""

    user = models.ForeignKey(User, on_delete=models.PROTECT, related_name="role_grants")
    role = models.CharField(max_length=24, choices=[(role.value, role.value) for role in Role])
    market = models.ForeignKey("governance.Market", on_delete=models.PROTECT, null=True, blank=True, related_name="+")
    queues = ArrayField(models.CharField(max_length=40), default=list, blank=True)
    granted_by = models.ForeignKey(User, on_delete=models.PROTECT, null=True, related_name="+")
    granted_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["user", "role", "market"], nulls_distinct=False, name="role_once_per_market"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.user_id} {self.role} {self.market_id or 'all'}"
