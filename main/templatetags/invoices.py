"""How an invoice writes text in any language."""

from django import template

from main.models.foreign_text import direction

register = template.Library()
register.filter(direction)
