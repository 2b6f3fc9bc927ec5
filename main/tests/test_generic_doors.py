"""What Django and REST framework save by themselves: no generic door changes what has rules."""

from collections.abc import Iterator
from inspect import getsource

from django.contrib import admin
from django.contrib.admin import ModelAdmin
from django.forms import ModelForm
from django.http import HttpRequest
from django.test import RequestFactory, SimpleTestCase, tag
from django.views.generic.edit import DeletionMixin, ModelFormMixin
from rest_framework.mixins import CreateModelMixin, DestroyModelMixin, UpdateModelMixin

from main.admin.sites import dispatch_site, office_site
from main.models import User
from main.tests.support.door_writes import RULED
from main.tests.test_permissions import addresses

SITES = [admin.site, office_site, dispatch_site]
EDITING = (ModelFormMixin, DeletionMixin, CreateModelMixin, UpdateModelMixin, DestroyModelMixin)


@tag("once")
class GenericDoorTests(SimpleTestCase):
    def test_no_generic_view_edits_a_model_that_has_rules(self) -> None:
        edited = {view: _model_of(view) for view in _views() if issubclass(view, EDITING)}
        self.assertGreater(len(edited), 2)
        self.assertEqual({view for view, name in edited.items() if name in RULED}, set())

    def test_an_admin_page_that_changes_such_a_model_saves_by_an_action(self) -> None:
        pages = [page for page in _admins() if page.model.__name__ in RULED and _is_open(page)]
        self.assertEqual({page.model.__name__ for page in pages}, {"Order", "Product"})
        for page in pages:
            save = type(page).save_model
            self.assertIsNot(save, ModelAdmin.save_model, page)
            self.assertNotIn("super()", getsource(save), page)

    def test_no_admin_page_changes_such_a_model_beside_another_or_in_a_list(self) -> None:
        request = _request_of_an_owner()
        for page in _admins():
            self.assertEqual(page.list_editable, (), page)
            for inline in page.get_inline_instances(request) if _is_open(page) else []:
                self.assertNotIn(inline.model.__name__, RULED, page)

    def test_of_such_models_only_a_book_is_deleted(self) -> None:
        """One that nobody ordered: the database keeps the others."""
        request = _request_of_an_owner()
        deleted = {page.model.__name__ for page in _admins() if page.has_delete_permission(request)}
        self.assertEqual(deleted & RULED, {"Product"})


def _views() -> Iterator[type]:
    for _, pattern in addresses():
        of_rest = getattr(pattern.callback, "cls", None)
        view = getattr(pattern.callback, "view_class", of_rest)
        if view is not None and view.__module__.startswith("main."):
            yield view


def _model_of(view: type) -> str:
    form = getattr(view, "form_class", None)
    if form is not None and issubclass(form, ModelForm):
        return form._meta.model.__name__
    made = view()
    made.request = _request_of_an_owner()
    return made.get_queryset().model.__name__


def _admins() -> list[ModelAdmin]:
    return [page for site in SITES for page in site._registry.values()]


def _request_of_an_owner() -> HttpRequest:
    request = RequestFactory().get("/admin/")
    request.user = User(pk=1, is_superuser=True, is_staff=True)
    return request


def _is_open(page: ModelAdmin) -> bool:
    request = _request_of_an_owner()
    return page.has_add_permission(request) or page.has_change_permission(request)
