"""Every address of the site."""

from allauth.account.decorators import secure_admin_login
from django.contrib import admin
from django.urls import path

from main.urls import urlpatterns as shop_urls

# Staff come in by the shop's own door, which is throttled and wants a proved address.
admin.site.login = secure_admin_login(admin.site.login)  # type: ignore[method-assign]

urlpatterns = [
    path("admin/", admin.site.urls),
    *shop_urls,
]
