"""Give tasks that a killed worker had begun back to their queues at once."""

from typing import Any

from celery import Celery

# The broker counts a begun task as alive for hours, since long imports are. So far back nothing is alive.
EVERYTHING = -1


def requeue_unfinished(app: Celery) -> int:
    """Return every begun and unfinished task to its queue; return how many there were.

    Only for when no worker runs: a task that is still worked on would be begun twice.
    """
    with app.connection_for_write() as connection:
        channel: Any = connection.default_channel  # the Redis transport's, which can do more than it declares
        count = int(channel.client.zcard(channel.unacked_index_key))
        channel.visibility_timeout = EVERYTHING
        channel.qos.restore_visible(num=None, interval=1)
    return count
