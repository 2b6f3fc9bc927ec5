"""Addresses line by line, for templates: `{% for line in order.shipping|label_lines %}`."""

from django import template

from main.models import PostalAddress
from main.wording.links import unlinked
from main.wording.postal import label_lines, postal_lines

register = template.Library()
for lines in (label_lines, postal_lines):
    register.filter(lines)


@register.filter
def mailed_lines(address: PostalAddress) -> list[str]:
    """For mails, which a guest may have sent to anybody: no link is in them."""
    return [unlinked(line) for line in postal_lines(address)]
