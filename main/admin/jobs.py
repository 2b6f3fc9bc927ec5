"""The owners' page about the worker: periodic jobs, the queue, recent failures."""

from django.http import HttpRequest, HttpResponse
from django.template.response import TemplateResponse
from django.urls import URLPattern, URLResolver, path
from django.views.decorators.http import require_safe

from main.reports.jobs import read_jobs
from main.reports.mails import mails_tried_again
from main.wording.mails import mail_route


class JobViews:
    """Gives an admin site the page, and its index a link to it."""

    def get_urls(self) -> list[URLPattern | URLResolver]:
        view = self.admin_view(require_safe(self.jobs))
        return [path("jobs/", view, name="jobs"), *super().get_urls()]

    def index(self, request: HttpRequest, extra_context: dict | None = None) -> HttpResponse:
        return super().index(request, {"has_jobs": True} | (extra_context or {}))

    def jobs(self, request: HttpRequest) -> HttpResponse:
        request.current_app = self.name
        mails = {"mail_route": mail_route(), "mails_again": mails_tried_again()}
        jobs = {"title": "Jobs", "jobs": read_jobs()} | mails
        return TemplateResponse(request, "admin/jobs.html", self.each_context(request) | jobs)
