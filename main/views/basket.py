"""The basket: add to it, view it, change it."""

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_http_methods, require_POST

from main.actions.basket import add_to_basket, change_basket
from main.actions.checkout_refusals import check_total
from main.actions.quotes import make_quote
from main.errors import CheckoutRefused, ShopError
from main.forms.basket import AddToBasketForm, BasketForm
from main.models import QUANTITY_LIMIT, Basket, BasketLine, Checkout, Quote
from main.models.foreign_text import isolated
from main.views.visitor import basket_owner, basket_owner_for_writing


@require_POST
def add_to_basket_view(request: HttpRequest) -> HttpResponse:
    form = AddToBasketForm(request.POST)
    if not form.is_valid():
        return basket_page(request, error=form.first_error, status=400)
    owner = basket_owner_for_writing(request)
    try:
        line = add_to_basket(owner=owner, **form.cleaned_data)
    except ShopError as error:
        return basket_page(request, error=str(error), status=409)
    messages.success(request, f"“{isolated(line.product.name)}” is in your basket.")
    return redirect("basket")


@require_http_methods(["GET", "HEAD", "POST"])
def basket_view(request: HttpRequest) -> HttpResponse:
    """View the basket; POST sets quantities ("update") or removes one line ("remove")."""
    if request.method != "POST":
        return basket_page(request)
    lines = BasketLine.objects.filter(basket__in=_open_basket(request))
    form = BasketForm(request.POST, lines=lines)
    if not form.is_valid():
        return basket_page(request, form=form, status=400)
    quantities = form.quantities
    removed = request.POST.get("remove", "")
    quantities |= {line.pk: 0 for line in form.lines if str(line.pk) == removed}
    try:
        change_basket(owner=basket_owner(request), quantities=quantities)
    except ShopError as error:
        return basket_page(request, error=str(error), status=409)
    messages.success(request, "Your basket has been updated.")
    return redirect("basket")


def basket_page(
    request: HttpRequest, *, error: str = "", form: BasketForm | None = None, status: int = 200
) -> HttpResponse:
    """The basket as it is now, with the error, if any."""
    lines = list(read_lines(request))
    for line in lines:
        name = f"quantity_{line.pk}"
        line.error = form.errors.get(name, [""])[0] if form else ""
        line.typed = form.data.get(name, line.quantity) if form else line.quantity
    context = {"error": error, "quantity_limit": QUANTITY_LIMIT, **summary(lines)}
    return render(request, "basket/detail.html", context, status=status)


def read_lines(request: HttpRequest):
    """The lines of the open basket, with its checkout."""
    lines = BasketLine.objects.filter(basket__in=_open_basket(request)).for_reading()
    return lines.select_related("basket__checkout")


def checkout_of(lines: list[BasketLine]) -> Checkout:
    """The basket's checkout, or an unsaved one if there is none yet."""
    basket = lines[0].basket
    return getattr(basket, "checkout", None) or Checkout(basket=basket)


def summary(lines: list[BasketLine]) -> dict:
    """What the pages show beside the basket: the charges known so far."""
    quote = make_quote(checkout_of(lines), lines=lines) if lines else None
    return {"lines": lines, "quote": quote, "obstacle": obstacle(lines, quote)}


def obstacle(lines: list[BasketLine], quote: Quote | None) -> str:
    """Why these lines cannot be ordered, in words; empty if they can."""
    if any(line.available is not None for line in lines):
        return "Some of these books are no longer in stock in the quantity you want."
    try:
        if quote:
            check_total(quote)
    except CheckoutRefused as error:
        return str(error)
    return ""


def _open_basket(request: HttpRequest):
    return Basket.objects.open().owned_by(basket_owner(request))
