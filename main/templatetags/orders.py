"""The states of an order and of its lines, for templates: `{{ order|order_state }}`."""

from django import template

from main.models.order_words import line_state, order_news, order_state

register = template.Library()
for words in (order_state, order_news, line_state):
    register.filter(words)
