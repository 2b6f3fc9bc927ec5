"""Where sockets and streams are opened. Django's own addresses are in main/urls.py."""

CHAT_ROUTE = "ws/customer-service/<int:order_id>/"
CUSTOMER_SERVICE_STREAM = "/customer-service/notify/"


def chat_address(order_id: int) -> str:
    return "/" + CHAT_ROUTE.replace("<int:order_id>", str(order_id))
