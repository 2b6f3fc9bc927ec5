"""The settings that docs/deployment.md makes before the first push."""

import secrets

from rehearsal.services import REGION, Services

SHOP = {
    "DISABLE_COLLECTSTATIC": "1",
    "METRICS_PORT": "9100",
    "DEFAULT_FROM_EMAIL": "BookTime <shop@shop.test>",
    "CUSTOMER_SERVICE_EMAIL": "service@shop.test",
    "ADMINS": "you@shop.test",
    "SELLER_NAME": "Your Books Ltd",
    "SELLER_ADDRESS1": "1 High Street",
    "SELLER_CITY": "Bath",
    "SELLER_ZIP_CODE": "BA1 1AA",
    "SELLER_COUNTRY": "GB",
    "SELLER_EMAIL": "service@shop.test",
    "TRANSFER_BENEFICIARY": "Your Books Ltd",
    "TRANSFER_IBAN": "GB33BUKB20201555555555",
    "TRANSFER_BIC": "BUKBGB22",
}


def of(domain: str, url: str, services: Services) -> dict[str, str]:
    """With SITE_URL, since nginx does not listen on the default port."""
    return {
        **SHOP,
        # All who walk about and buy come from one client: this machine.
        **dict.fromkeys(("GUEST_ORDERS_PER_HOUR", "GUEST_UNPAID_COPIES"), "0"),
        "SECRET_KEY": secrets.token_urlsafe(60),
        "ALLOWED_HOSTS": domain,
        "SITE_URL": url,
        "DATABASE_URL": services.database_url,
        "REDIS_URL": services.redis_url,
        "AWS_ACCESS_KEY_ID": services.s3.key,
        "AWS_SECRET_ACCESS_KEY": services.s3.secret,
        "AWS_STORAGE_BUCKET_NAME": services.s3.name,
        "AWS_S3_ENDPOINT_URL": services.s3.endpoint,
        "AWS_S3_REGION_NAME": REGION,
    }
