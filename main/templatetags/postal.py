"""Addresses line by line, for templates: `{% for line in order.shipping|label_lines %}`."""

from django import template

from main.wording.postal import label_lines, postal_lines

register = template.Library()
for lines in (label_lines, postal_lines):
    register.filter(lines)
