"""The API keeps to its schema through a hundred examples an operation, for each kind of user."""

from main.tests import test_openapi


class HundredExamples(test_openapi.SchemathesisTests):
    examples = 100
    methods = ("DELETE", "OPTIONS", "PATCH", "POST", "PUT", "TRACE")
    at_length = ("anonymous", "customer", "dispatcher", "employee", "owner")
