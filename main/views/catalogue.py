"""Finding books: home, lists by subject, search, a book's own page."""

from django.core.paginator import EmptyPage, Page, PageNotAnInteger, Paginator
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, render
from django.views.decorators.http import require_safe

from main import reports
from main.forms.catalogue import CatalogueForm, SearchForm
from main.models import QUANTITY_LIMIT, Product, ProductTag
from main.models.product_tags import ALL_BOOKS
from main.views import structured_data
from main.views.page_links import page_links

BOOKS_A_PAGE = 24
BOOKS_ON_A_SHELF = 6


@require_safe
def home(request: HttpRequest) -> HttpResponse:
    on_sale = Product.objects.active().for_listing()
    newest = on_sale.order_by("-created_at", "-pk")[:BOOKS_ON_A_SHELF]
    context = {
        "new_products": newest,
        "best_sellers": reports.best_sellers(limit=BOOKS_ON_A_SHELF),
        "tags": ProductTag.objects.active(),
    }
    return render(request, "home.html", context)


@require_safe
def product_list(request: HttpRequest, tag: str) -> HttpResponse:
    """All books or those of a subject. An invalid filter is named (400); the others still apply."""
    tags = list(ProductTag.objects.active())
    chosen = _find_tag(tags, slug=tag)
    products = Product.objects.active()
    if chosen:
        products = products.tagged(chosen)
    form = CatalogueForm(request.GET)
    page = _page(request, form.narrow(products), listed=lambda found: found.for_listing())
    context = {"tag": chosen, "tags": tags, "filter_form": form, **_page_context(request, page)}
    status = 200 if form.is_valid() else 400
    return render(request, "catalogue/list.html", context, status=status)


@require_safe
def search(request: HttpRequest) -> HttpResponse:
    form = SearchForm(request.GET)
    query = form.cleaned_data["q"] if form.is_valid() else ""
    on_sale = Product.objects.active()
    products, is_fuzzy = (on_sale.search(query) if query else on_sale.none()), False
    page = _page(request, products, listed=lambda found: found.for_listing())
    if query and not page.paginator.count:
        page = _page(request, on_sale.search_close(query), listed=lambda found: found.for_listing())
        is_fuzzy = page.paginator.count > 0
    context = {
        "query": query,
        "is_fuzzy": is_fuzzy,
        "form": form,
        **_page_context(request, page),
    }
    status = 200 if form.is_valid() else 400
    return render(request, "catalogue/search.html", context, status=status)


@require_safe
def product_detail(request: HttpRequest, slug: str) -> HttpResponse:
    product = get_object_or_404(Product.objects.active(), slug=slug)
    tags = list(product.tags.active())
    pictures = [image.picture for image in product.images.all()]
    context = {
        "product": product,
        "images": pictures,
        "image_box": {"images": [_box_image(p) for p in pictures], "imageStart": 0},
        "tags": tags,
        "related": reports.related_books(product, tags=tags, limit=BOOKS_ON_A_SHELF),
        "quantity_limit": QUANTITY_LIMIT,
        "structured_data": structured_data.book(product, pictures),
    }
    return render(request, "catalogue/product.html", context)


def _find_tag(tags: list[ProductTag], *, slug: str) -> ProductTag | None:
    """The subject with this slug, from the list that the page shows anyway; None for "all"."""
    if slug == ALL_BOOKS:
        return None
    for tag in tags:
        if tag.slug == slug:
            return tag
    raise Http404("There is no such subject.")


def _page(request: HttpRequest, products, *, listed) -> Page:
    """The requested page. It counts bare rows, and fetches covers for one page only."""
    paginator = Paginator(products, BOOKS_A_PAGE)
    count = paginator.count
    paginator.object_list = listed(products) if count else products.none()
    try:
        return paginator.page(request.GET.get("page", 1))
    except (EmptyPage, PageNotAnInteger):
        raise Http404("There is no such page.") from None


def _page_context(request: HttpRequest, page: Page) -> dict:
    return {
        "page_obj": page,
        "page_links": page_links(request, page),
        "result_count": page.paginator.count,
    }


def _box_image(picture) -> dict:
    return {
        "image": picture.large,
        "thumbnail": picture.thumbnail,
        "srcset": picture.srcset,
        "alt": picture.alt,
        "width": picture.width,
        "height": picture.height,
    }
