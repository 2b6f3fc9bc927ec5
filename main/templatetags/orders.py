"""An order's states and facts in words, for templates: `{{ order|order_state }}`."""

from django import template

from main.wording.facts import message_text
from main.wording.orders import line_state, order_news, order_state

register = template.Library()
for words in (order_state, order_news, line_state, message_text):
    register.filter(words)
