"""The few signals of Django and allauth that the shop listens to; it has none of its own."""

from allauth.account.adapter import get_adapter
from allauth.account.models import EmailAddress
from allauth.account.signals import email_added, email_changed, email_confirmed
from allauth.mfa.models import Authenticator
from allauth.mfa.signals import authenticator_added, authenticator_reset
from django.contrib.auth.signals import user_logged_in
from django.db import connections, transaction
from django.db.backends.signals import connection_created
from django.db.models.signals import (
    m2m_changed,
    post_delete,
    post_migrate,
    post_save,
    pre_save,
)
from django.dispatch import receiver
from knox.models import AuthToken
from pictures.signals import picture_processed

from booktime.sight import metrics
from main import access, events
from main.actions.accounts import adopt_guest_orders, end_access
from main.actions.basket import merge_baskets
from main.actions.customer_service import show_new_name
from main.actions.order_emails import follow_proved_address
from main.actions.pictures import remove_picture_files
from main.models import Message, ProductImage, User, search_sqlite
from main.models.email_addresses import normal_email
from main.models.product_images import remove_empty_folder
from main.views.visitor import BASKET_KEY


@receiver(user_logged_in)
def merge_guest_basket(sender, request, user, **kwargs) -> None:
    guest_key = getattr(request, "session", {}).get(BASKET_KEY)
    if guest_key:
        merge_baskets(user_id=user.pk, guest_key=guest_key)


@receiver(user_logged_in)
def adopt_orders_at_login(sender, user, **kwargs) -> None:
    """Orders that they have since placed as a guest become theirs, too."""
    adopt_guest_orders(user=user)


@receiver(user_logged_in)
def note_sign_in(sender, request, user, **kwargs) -> None:
    if hasattr(request, "session"):
        access.note_sign_in(request, user)


@receiver(authenticator_added)
def note_new_factor(sender, request, authenticator: Authenticator, **kwargs) -> None:
    if authenticator.type in access.FACTORS:
        access.note_factor(request, authenticator)


@receiver(authenticator_reset)
def note_new_recovery_codes(sender, request, authenticator: Authenticator, **kwargs) -> None:
    """A session that used one of the old codes stays proved by the new ones."""
    if access.has_used_factor(request):
        access.note_factor(request, authenticator)


@receiver(post_delete, sender=Authenticator)
def remove_codes_without_a_factor(sender, instance: Authenticator, **kwargs) -> None:
    """Also when an owner removed the last factor in the admin."""
    rest = Authenticator.objects.filter(user=instance.user_id)
    if not rest.filter(type__in=access.FACTORS).exists():
        rest.delete()


@receiver(email_added)
def tell_old_address(sender, request, user, email_address, **kwargs) -> None:
    """It hears as soon as a change is asked for: whoever asks may not be the one who reads it."""
    asked = {"old_email": user.email, "new_email": email_address.email}
    get_adapter(request).send_notification_mail("account/email/email_change_asked", user, asked)


@receiver(email_changed)
def show_new_address(sender, user, **kwargs) -> None:
    """Refresh where colleagues see the address in place of a name."""
    show_new_name(user_id=user.pk)


@receiver(pre_save, sender=EmailAddress)
def bring_address_to_normal_form(sender, instance: EmailAddress, **kwargs) -> None:
    """allauth's own field would keep how it was spelled."""
    instance.email = normal_email(instance.email)


@receiver(email_confirmed)
def adopt_orders_once_proved(sender, email_address, **kwargs) -> None:
    follow_proved_address(user=email_address.user)
    adopt_guest_orders(user=email_address.user)


# Attributes set on a row from before it is saved until afterwards.
_CHANGED, _BEFORE = "_changed_rights", "_before"
_RIGHTS = {"password", "is_active", "is_staff", "is_superuser"}


@receiver(pre_save, sender=User)
def note_changed_rights(sender, instance: User, update_fields, **kwargs) -> None:
    """Whichever door changes them."""
    before = None
    if update_fields is None or _RIGHTS.intersection(update_fields):
        before = User.objects.filter(pk=instance.pk).values(*_RIGHTS).first()
    instance.__dict__[_CHANGED] = {
        name for name, value in (before or {}).items() if value != getattr(instance, name)
    }


@receiver(post_save, sender=User)
def end_what_rights_held(sender, instance: User, **kwargs) -> None:
    """After the change is saved: a token requested meanwhile sees it or is revoked here."""
    changed = instance.__dict__.pop(_CHANGED)
    if "password" in changed or ("is_active" in changed and not instance.is_active):
        end_access(user=instance)
    if changed:
        events.rights_changed(user_id=instance.pk)


@receiver(m2m_changed, sender=User.groups.through)
def check_changed_roles(sender, instance: User, action: str, **kwargs) -> None:
    """The history of people rules out the other side, `group.user_set`."""
    if action in {"post_add", "post_remove", "post_clear"}:
        events.rights_changed(user_id=instance.pk)


@receiver(post_delete, sender=AuthToken)
@receiver(post_delete, sender=Authenticator)
def check_lost_proof(sender, instance: AuthToken | Authenticator, **kwargs) -> None:
    events.rights_changed(user_id=instance.user_id)


@receiver(post_save, sender=Message)
def count_message(sender, instance: Message, created: bool, **kwargs) -> None:
    if created:
        counter = metrics.messages_stored.labels(str(instance.kind))
        transaction.on_commit(counter.inc)


@receiver(pre_save, sender=ProductImage)
def note_picture_before(sender, instance: ProductImage, **kwargs) -> None:
    before = ProductImage.objects.filter(pk=instance.pk).first() if instance.pk else None
    instance.__dict__[_BEFORE] = before


@receiver(post_save, sender=ProductImage)
def remove_replaced_files(sender, instance: ProductImage, **kwargs) -> None:
    before = instance.__dict__.pop(_BEFORE)
    if before and before.image.name != instance.image.name:
        remove_picture_files(picture=before)


@receiver(post_delete, sender=ProductImage)
def remove_deleted_files(sender, instance: ProductImage, **kwargs) -> None:
    """A signal, since deleting a product or a queryset does not call the rows' delete()."""
    remove_picture_files(picture=instance)


@receiver(picture_processed, sender=ProductImage._meta.get_field("image"))
def remove_emptied_folder(sender, file_name: str, new: list, old: list, **kwargs) -> None:
    """django-pictures removes renditions one by one, but leaves their folder behind."""
    if old and not new:
        remove_empty_folder(file_name)


@receiver(connection_created)
def add_search_functions(sender, connection, **kwargs) -> None:
    search_sqlite.add_functions(connection)


@receiver(post_migrate)
def ensure_search_index(sender, using, **kwargs) -> None:
    if sender.name == "main":
        search_sqlite.ensure_index(connections[using])
