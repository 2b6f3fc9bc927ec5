"""The links between the pages of a list."""

from django.core.paginator import Page
from django.http import HttpRequest


def page_links(request: HttpRequest, page: Page) -> list[dict | None]:
    """A dict (number, url, current) for each nearby page; None where pages are left out."""
    if page.paginator.num_pages == 1:
        return []
    query = request.GET.copy()
    links: list[dict | None] = []
    for number in page.paginator.get_elided_page_range(page.number, on_each_side=1, on_ends=1):
        if not isinstance(number, int):
            links.append(None)
            continue
        query["page"] = str(number)
        url = f"{request.path}?{query.urlencode()}"
        links.append({"number": number, "url": url, "current": number == page.number})
    return links
