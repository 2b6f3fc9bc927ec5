"""Users and their credentials, for the owners, who grant rights here; secrets are never shown."""

from allauth.account.models import EmailAddress
from django.contrib import admin
from django.contrib.admin.models import LogEntry
from django.contrib.auth.admin import UserAdmin
from django.db.models import Q, QuerySet
from django.http import HttpRequest
from django.urls import reverse
from django.utils.html import format_html

from main.actions.customer_service import show_new_name
from main.admin.base import FoldedSearch, ReadOnlyAdmin, StaffModelAdmin
from main.admin.history import HistoryAdmin
from main.models import Conversation, Message, Order, OrderLine, Product, User
from main.models.participants import Role

DEACTIVATE = (
    "Untick “Active” instead: nobody can sign in with the account, and the history keeps it."
)

# What colleagues see of each other: the name, or else the address.
NAMES = {"first_name", "last_name", "email"}


class OwnerUserAdmin(FoldedSearch, HistoryAdmin, UserAdmin):
    ordering = ["email"]
    sortable_by = ["email", "date_joined"]
    list_display = ["email", "first_name", "last_name", "works_as", "is_active", "date_joined"]
    list_filter = ["is_staff", "is_superuser", "is_active", "groups"]
    search_fields = ["email"]
    search_help_text = "E-mail address or name (a part will do)"
    readonly_fields = ["orders", "last_login", "date_joined"]
    fieldsets = [
        (None, {"fields": ["email", "password", "orders"]}),
        ("Name", {"fields": ["first_name", "last_name"]}),
        (
            "Rights",
            {
                "fields": ["is_active", "is_staff", "is_superuser", "groups", "user_permissions"],
                "description": (
                    f"Current and former members of staff cannot be deleted. {DEACTIVATE}"
                ),
            },
        ),
        ("Dates", {"fields": ["last_login", "date_joined"]}),
    ]
    add_fieldsets = [(None, {"fields": ["email", "password1", "password2"]})]

    def get_queryset(self, request: HttpRequest):
        return super().get_queryset(request).prefetch_related("groups")

    def save_model(self, request: HttpRequest, obj: User, form, change: bool) -> None:
        super().save_model(request, obj, form, change)
        if change and "email" in form.changed_data:
            # Neither the old address nor an unverified new one may sign in.
            EmailAddress.objects.filter(user=obj).exclude(email=obj.email).delete()
        if change and NAMES.intersection(form.changed_data):
            show_new_name(user_id=obj.pk)

    def get_deleted_objects(self, objs, request: HttpRequest):
        """Users' own rows (proofs, baskets) are deleted with them, though nobody may delete those.

        What staff did stays on record under their name, so staff cannot be deleted.
        """
        deleted, counts, _, protected = super().get_deleted_objects(objs, request)
        kept = [f"What {user} did as staff. {DEACTIVATE}" for user in objs if _has_worked(user)]
        return deleted, counts, set(), [*protected, *kept]

    @admin.display(description="works as")
    def works_as(self, user: User) -> str:
        if not user.is_staff:
            return "owner" if user.is_superuser else ""
        groups = [group.name for group in user.groups.all()]
        return ", ".join(["owner"] * user.is_superuser + groups) or "staff without a group"

    @admin.display(description="orders")
    def orders(self, user: User) -> str:
        path = reverse("admin:main_order_changelist", current_app=self.admin_site.name)
        return format_html('<a href="{}?q={}">Orders of {}</a>', path, user.email, user.email)


def _has_worked(user: User) -> bool:
    """Whether any record names this user as the member of staff who did something."""
    if user.is_staff or user.is_superuser:
        return True
    kept: list[QuerySet] = [
        LogEntry.objects.filter(user=user),
        User.history.filter(Q(is_staff=True) | Q(is_superuser=True), id=user.pk),
        User.history.filter(history_user=user).exclude(id=user.pk),
        *(model.history.filter(history_user=user) for model in (Product, Order, OrderLine)),
        Message.objects.filter(author=user, role=Role.STAFF),
        Conversation.objects.filter(assignee=user),
        Order.objects.filter(last_spoken_to=user),
    ]
    return any(rows.exists() for rows in kept)


class GroupAdmin(ReadOnlyAdmin):
    """The groups come with the migrations, with exactly the rights that their sites need."""

    fields = ["name", "rights"]
    ordering = ["name"]
    search_fields = ["name"]

    @admin.display(description="may")
    def rights(self, group) -> str:
        return ", ".join(sorted(group.permissions.values_list("name", flat=True)))


class DeleteOnlyAdmin(StaffModelAdmin):
    """Rows that can only be viewed and deleted."""

    def has_add_permission(self, request: HttpRequest) -> bool:
        return False

    def has_change_permission(self, request: HttpRequest, obj=None) -> bool:
        return False


class AuthenticatorAdmin(DeleteOnlyAdmin):
    """Second factors and passkeys: a lost one can be deleted; its content is secret."""

    list_display = fields = ["user", "type", "created_at", "last_used_at"]
    list_display_links = ["user"]
    list_filter = ["type"]
    list_select_related = ["user"]
    ordering = ["-pk"]
    sortable_by = ["created_at", "last_used_at"]
    search_fields = ["user__email"]


class TokenAdmin(DeleteOnlyAdmin):
    """API tokens, of which only a hash is stored; deleting one revokes it."""

    list_display = fields = ["user", "created", "expiry"]
    list_display_links = ["user"]
    list_select_related = ["user"]
    ordering = ["-created"]
    sortable_by = ["created", "expiry"]
    search_fields = ["user__email"]


class EmailAddressAdmin(ReadOnlyAdmin):
    """Who has verified which address. Nobody can do that for somebody else."""

    list_display = fields = ["email", "user", "verified", "primary"]
    list_display_links = ["email"]
    list_filter = ["verified"]
    list_select_related = ["user"]
    ordering = ["email"]
    sortable_by = ["email"]
    search_fields = ["email"]
