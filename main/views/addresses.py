"""A customer's own addresses: list, add, change, delete."""

from django.contrib import messages
from django.contrib.auth.mixins import LoginRequiredMixin
from django.http import HttpResponse
from django.urls import reverse
from django.utils.decorators import method_decorator
from django.views.decorators.cache import never_cache
from django.views.generic import CreateView, DeleteView, ListView, UpdateView

from main.forms.addresses import PostalAddressForm
from main.models import Address
from main.views.next_page import next_page


@method_decorator(never_cache, name="dispatch")
class OwnAddressesMixin(LoginRequiredMixin):
    """Other people's addresses are not found (404). `next` leads back to the checkout."""

    http_method_names = ["get", "head", "post", "options"]
    done = ""

    def get_queryset(self):
        return Address.objects.owned_by(self.request.user)

    def get_success_url(self) -> str:
        return next_page(self.request) or reverse("address_list")

    def get_context_data(self, **kwargs) -> dict:
        return super().get_context_data(next=next_page(self.request), **kwargs)

    def form_valid(self, form) -> HttpResponse:
        response = super().form_valid(form)
        messages.success(self.request, self.done)
        return response


class AddressListView(OwnAddressesMixin, ListView):
    http_method_names = ["get", "head", "options"]
    template_name = "addresses/list.html"
    context_object_name = "addresses"


class AddressCreateView(OwnAddressesMixin, CreateView):
    form_class = PostalAddressForm
    template_name = "addresses/form.html"
    done = "Address saved."

    def get_initial(self) -> dict[str, str]:
        return {"name": self.request.user.get_full_name()}

    def form_valid(self, form: PostalAddressForm) -> HttpResponse:
        form.instance.user = self.request.user
        return super().form_valid(form)


class AddressUpdateView(OwnAddressesMixin, UpdateView):
    form_class = PostalAddressForm
    template_name = "addresses/form.html"
    done = "Address changed."


class AddressDeleteView(OwnAddressesMixin, DeleteView):
    template_name = "addresses/confirm_delete.html"
    done = "Address deleted."
