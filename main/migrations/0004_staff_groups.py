"""The groups of the office and of dispatch, with exactly the permissions that their sites need.

The permissions are made here when they are not there yet: Django makes them only after the last
migration, when there would be nothing to give the groups.
"""

from django.db import migrations

PERMISSIONS = {
    "Employees": {
        "address": ["view", "change"],
        "invoice": ["view"],
        "invoiceline": ["view"],
        "invoicevat": ["view"],
        "order": ["view", "change", "settle"],
        "orderline": ["view", "change"],
        "product": ["view", "add", "change"],
        "productimage": ["view", "add", "change", "delete"],
        "producttag": ["view", "add", "change", "delete"],
    },
    "Dispatchers": {
        "order": ["view"],
        "orderline": ["view", "change"],
        "product": ["view"],
        "productimage": ["view"],
        "producttag": ["view"],
    },
}
NAMES = {"settle_order": "Can mark orders paid, cancel and refund them"}


def write_groups(apps, schema_editor=None) -> None:
    group_model = apps.get_model("auth", "Group")
    for name, permissions in PERMISSIONS.items():
        group, _ = group_model.objects.get_or_create(name=name)
        group.permissions.set(
            _permission(apps, model, action)
            for model, actions in permissions.items()
            for action in actions
        )


def _permission(apps, model: str, action: str):
    content_type, _ = apps.get_model("contenttypes", "ContentType").objects.get_or_create(
        app_label="main", model=model
    )
    codename = f"{action}_{model}"
    verbose_name = apps.get_model("main", model)._meta.verbose_name
    permission, _ = apps.get_model("auth", "Permission").objects.get_or_create(
        content_type=content_type,
        codename=codename,
        defaults={"name": NAMES.get(codename, f"Can {action} {verbose_name}")},
    )
    return permission


class Migration(migrations.Migration):
    dependencies = [
        ("main", "0003_staff"),
        ("auth", "0012_alter_user_first_name_max_length"),
        ("contenttypes", "0002_remove_content_type_name"),
    ]

    operations = [migrations.RunPython(write_groups, migrations.RunPython.noop)]
