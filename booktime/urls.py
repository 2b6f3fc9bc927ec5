"""Every address of the site."""

from django.contrib import admin
from django.urls import path

from main.urls import urlpatterns as shop_urls

urlpatterns = [
    path("admin/", admin.site.urls),
    *shop_urls,
]
