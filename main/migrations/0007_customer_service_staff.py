"""What the central office needs for customer service: conversations to read, replies to keep.

The permissions are made here when they are not there yet, as in 0004; what the group has stays.
"""

from django.db import migrations

PERMISSIONS = {
    "Employees": {
        "cannedreply": ["view", "add", "change", "delete"],
        "conversation": ["view"],
    },
}


def add_permissions(apps, schema_editor=None) -> None:
    group_model = apps.get_model("auth", "Group")
    for name, permissions in PERMISSIONS.items():
        group, _ = group_model.objects.get_or_create(name=name)
        group.permissions.add(
            *(
                _permission(apps, model, action)
                for model, actions in permissions.items()
                for action in actions
            )
        )


def _permission(apps, model: str, action: str):
    content_type, _ = apps.get_model("contenttypes", "ContentType").objects.get_or_create(
        app_label="main", model=model
    )
    verbose_name = apps.get_model("main", model)._meta.verbose_name
    permission, _ = apps.get_model("auth", "Permission").objects.get_or_create(
        content_type=content_type,
        codename=f"{action}_{model}",
        defaults={"name": f"Can {action} {verbose_name}"},
    )
    return permission


class Migration(migrations.Migration):
    dependencies = [
        ("main", "0006_conversations"),
        ("auth", "0012_alter_user_first_name_max_length"),
        ("contenttypes", "0002_remove_content_type_name"),
    ]

    operations = [migrations.RunPython(add_permissions, migrations.RunPython.noop)]
