"""The API keeps to its schema through fifty examples an operation, for each kind of user."""

from main.tests import test_openapi


class FiftyExamples(test_openapi.SchemathesisTests):
    examples = 50
    methods = ("DELETE", "OPTIONS", "PATCH", "POST", "PUT", "TRACE")
    at_length = ("anonymous", "customer", "dispatcher", "employee", "owner")
