"""Read typed settings from the environment, with secrets from files, and fail loudly."""

import os
from collections.abc import Iterable
from pathlib import Path
from urllib.parse import parse_qsl, unquote, urlsplit

TRUE_WORDS = frozenset({"1", "true", "yes", "on"})
FALSE_WORDS = frozenset({"0", "false", "no", "off", ""})
WEAK_SECRETS = ("change", "secret", "password", "insecure", "example", "aedile", "default")
MIN_SECRET_LENGTH = 50
MIN_SECRET_ALPHABET = 12


class SettingError(Exception):
    """A setting is missing or unusable; the message names it and says what to do."""


def text(name: str, default: str | None = None) -> str:
    """Return the setting `name`, or the content of the file that `name`_FILE points to.

    Raises SettingError when neither is set and there is no default, when both are set, or when the
    file cannot be read. White space around a file's content is dropped.
    """
    value, file_name = os.environ.get(name), os.environ.get(f"{name}_FILE")
    if value is not None and file_name is not None:
        raise SettingError(f"{name} and {name}_FILE are both set. Keep one of them.")
    if file_name is not None:
        try:
            return Path(file_name).read_text(encoding="utf-8").strip()
        except OSError as error:
            raise SettingError(f"{name}_FILE names {file_name}, which cannot be read: {error.strerror}.") from error
    if value is not None:
        return value
    if default is None:
        raise SettingError(f"{name} is not set. Set it, or put it into a file and name that in {name}_FILE.")
    return default


def flag(name: str, default: str) -> bool:
    """Return the yes/no setting `name`; raises SettingError on any other word."""
    word = text(name, default).strip().lower()
    if word in TRUE_WORDS:
        return True
    if word in FALSE_WORDS:
        return False
    raise SettingError(f"{name} is {word!r}. Use 1 or 0.")


def whole(name: str, default: int) -> int:
    """Return the whole-number setting `name`; raises SettingError when it is none."""
    word = text(name, str(default)).strip()
    try:
        return int(word)
    except ValueError as error:
        raise SettingError(f"{name} is {word!r}. Use a whole number.") from error


def words(name: str, default: str = "") -> list[str]:
    """Return the comma-separated setting `name` as a list without empty entries."""
    return [part.strip() for part in text(name, default).split(",") if part.strip()]


def trusted_origins(hosts: Iterable[str]) -> list[str]:
    """Return the origins from which forms may be sent to the hosts, over HTTPS.

    A host `.example.org` stands for example.org and every name below it, which an origin says in two entries.
    """
    found: list[str] = []
    for host in hosts:
        found += [f"https://*{host}", f"https://{host[1:]}"] if host.startswith(".") else [f"https://{host}"]
    return found


def strong_secret(name: str) -> str:
    """Return the secret `name`; raises SettingError when it is missing, short or guessable."""
    secret = text(name)
    if len(secret) < MIN_SECRET_LENGTH or len(set(secret)) < MIN_SECRET_ALPHABET:
        raise SettingError(
            f"{name} is too weak: it needs {MIN_SECRET_LENGTH} random characters. "
            "Make one with: python -c 'import secrets; print(secrets.token_urlsafe(50))'"
        )
    if any(word in secret.lower() for word in WEAK_SECRETS):
        raise SettingError(f"{name} looks like an example value. Make a random one.")
    return secret


def check_collected(static_root: Path) -> None:
    """Raise SettingError when the files that browsers ask for were not collected: no page could be drawn."""
    manifest = static_root / "staticfiles.json"
    if not manifest.is_file():
        raise SettingError(
            f"{manifest} is not there, so the console has no styles and scripts. "
            "Run manage.py collectstatic --no-input before web starts, or set AEDILE_STATIC_ROOT to where it put them."
        )


def database(url: str) -> dict[str, object]:
    """Return Django's database settings for a postgresql:// URL; raises SettingError on another scheme."""
    parts = urlsplit(url)
    if parts.scheme not in {"postgres", "postgresql"}:
        raise SettingError(f"DATABASE_URL starts with {parts.scheme!r}. Aedile runs on PostgreSQL: postgresql://…")
    name = unquote(parts.path.lstrip("/"))
    if not name:
        raise SettingError("DATABASE_URL names no database. It ends with /NAME.")
    return {
        "ENGINE": "django.db.backends.postgresql",
        "NAME": name,
        "USER": unquote(parts.username or ""),
        "PASSWORD": unquote(parts.password or ""),
        "HOST": parts.hostname or "",
        "PORT": str(parts.port or ""),
        "OPTIONS": dict(parse_qsl(parts.query)),
        "CONN_MAX_AGE": 60,
        "CONN_HEALTH_CHECKS": True,
    }
