"""The few signals of Django's and allauth's that the shop listens to; there are none of its own."""

from allauth.account.signals import email_confirmed
from django.contrib.auth.signals import user_logged_in
from django.db import connections
from django.db.models.signals import post_delete, post_migrate
from django.dispatch import receiver
from pictures.signals import picture_processed

from main.actions.accounts import adopt_guest_orders
from main.actions.basket import merge_baskets
from main.models import ProductImage, search_sqlite
from main.models.product_images import remove_empty_folder
from main.views.visitor import BASKET_KEY


@receiver(user_logged_in)
def merge_guest_basket(sender, request, user, **kwargs) -> None:
    guest_key = getattr(request, "session", {}).get(BASKET_KEY)
    if guest_key:
        merge_baskets(user_id=user.pk, guest_key=guest_key)


@receiver(user_logged_in)
def adopt_orders_at_login(sender, user, **kwargs) -> None:
    """What they ordered as a guest since, without signing in, is theirs too."""
    adopt_guest_orders(user=user)


@receiver(email_confirmed)
def adopt_orders_once_proved(sender, email_address, **kwargs) -> None:
    adopt_guest_orders(user=email_address.user)


@receiver(post_delete, sender=ProductImage)
def remove_picture_files(sender, instance: ProductImage, **kwargs) -> None:
    """A signal, since deleting a product or a queryset calls no method of the row."""
    instance.remove_files()


@receiver(picture_processed, sender=ProductImage._meta.get_field("image"))
def remove_emptied_folder(sender, file_name: str, new: list, old: list, **kwargs) -> None:
    """django-pictures removes renditions one by one; where they lay is left to whoever cares."""
    if old and not new:
        remove_empty_folder(file_name)


@receiver(post_migrate)
def ensure_search_index(sender, using, **kwargs) -> None:
    if sender.name == "main":
        search_sqlite.ensure_index(connections[using])
