"""Which renditions of a picture are stored. Of existing rows nobody knows: there it is null."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("main", "0011_open_balances")]

    operations = [
        migrations.AddField(
            "productimage", "widest", models.PositiveSmallIntegerField(null=True, editable=False)
        )
    ]
