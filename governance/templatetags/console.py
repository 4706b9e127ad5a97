"""Tags and filters of the console's templates."""

from django import template

register = template.Library()
