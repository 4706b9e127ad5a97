"""Health checks for containers: `python -m governance.project.healthcheck web|beat` exits 0 or 1."""

import http.client
import os
import sys
from contextlib import closing

import psycopg2

from governance.project import env

WEB_PORT = 8000
# The scheduler writes the last run of each task to the database every few minutes.
BEAT_ALIVE = "SELECT max(last_run_at) > now() - interval '10 minutes' FROM django_celery_beat_periodictask"


def check_web(port: int = WEB_PORT) -> str:
    """Ask the web server in this container whether it can serve; return what is wrong, or nothing."""
    host = env.words("AEDILE_HOSTS", "localhost")[0].lstrip(".")
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=5)
    try:
        connection.request("GET", "/readyz", headers={"Host": host})
        answer = connection.getresponse()
        return "" if answer.status == http.client.OK else f"/readyz answers {answer.status}: {answer.read(500)!r}"
    except (OSError, http.client.HTTPException) as error:
        return f"/readyz does not answer: {error}"
    finally:
        connection.close()


def check_beat() -> str:
    """Ask the database whether the scheduler has run lately; return what is wrong, or nothing."""
    try:
        opened = closing(psycopg2.connect(env.text("DATABASE_URL"), connect_timeout=5))
        with opened as connection, connection.cursor() as cursor:
            cursor.execute(BEAT_ALIVE)
            row = cursor.fetchone()
    except psycopg2.Error as error:
        return f"the database does not answer: {error}"
    return "" if row == (True,) else "no scheduled task has run in the last 10 minutes"


def main(arguments: list[str]) -> int:
    """Run the named check; return the exit code."""
    checks = {"web": check_web, "beat": check_beat}
    if len(arguments) != 1 or arguments[0] not in checks:
        sys.stderr.write(f"Name one check: {' or '.join(checks)}.\n")
        return 2
    wrong = checks[arguments[0]]()
    if wrong:
        sys.stderr.write(f"{wrong}\n")
    return 1 if wrong else 0


if __name__ == "__main__":
    os.environ.setdefault("AEDILE_ENV", "production")
    sys.exit(main(sys.argv[1:]))
