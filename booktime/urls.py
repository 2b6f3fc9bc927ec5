"""Every address of the site."""

from django.contrib import admin
from django.urls import path

from main.admin.sites import dispatch_site, office_site
from main.urls import urlpatterns as shop_urls

handler500 = "main.api.views.fault_of_ours"
urlpatterns = [
    path("admin/", admin.site.urls),
    path("office-admin/", office_site.urls),
    path("dispatch-admin/", dispatch_site.urls),
    *shop_urls,
]
