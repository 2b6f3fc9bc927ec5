"""An order's states and facts in words, for templates: `{{ order|order_state }}`."""

from django import template

from main.gateways.payments import payment_way
from main.wording.facts import message_text
from main.wording.orders import line_state, order_news, order_state
from main.wording.payments import balance_words, open_words

register = template.Library()


@register.filter
def way_label(code: str) -> str:
    """“Bank transfer”; the code itself if the shop no longer has such a way."""
    way = payment_way(code)
    return way.label if way else code


for words in (order_state, order_news, line_state, message_text, balance_words, open_words):
    register.filter(words)
