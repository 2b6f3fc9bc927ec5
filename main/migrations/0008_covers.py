"""Covers have a storage of their own, apart from what is private. No column changes."""

from django.db import migrations
from pictures.models import PictureField

from main.models.product_images import covers


class Migration(migrations.Migration):
    dependencies = [("main", "0007_customer_service_staff")]

    operations = [
        # SQLite would write the whole table anew for it.
        migrations.SeparateDatabaseAndState(
            state_operations=[
                migrations.AlterField(
                    model_name="productimage",
                    name="image",
                    field=PictureField(
                        aspect_ratios=[None],
                        breakpoints={"desktop": 1400, "phone": 576, "tablet": 992},
                        container_width=800,
                        file_types=["WEBP"],
                        grid_columns=4,
                        height_field="height",
                        max_length=255,
                        pixel_densities=[1],
                        storage=covers,
                        upload_to="product-images",
                        width_field="width",
                    ),
                )
            ]
        )
    ]
