"""Who may come in: those with the right, as at the staff's other doors."""

from rest_framework.exceptions import PermissionDenied
from rest_framework.permissions import SAFE_METHODS, BasePermission
from rest_framework.request import Request
from rest_framework.views import APIView

from main.access import has_proved, may
from main.api.errors import StaffProofMissing
from main.models.staff_roles import Right

REFUND = "main.settle_order"


class HandlesOrders(BasePermission):
    def has_permission(self, request: Request, view: APIView) -> bool:
        """False if not signed in (401); otherwise raises the reason (403)."""
        if not request.user.is_authenticated:
            return False
        right = Right.VIEW_ORDERS if request.method in SAFE_METHODS else Right.MOVE_LINES
        if not may(request.user, right):
            raise PermissionDenied("Only dispatch and the office may do this.")
        if not has_proved(request):
            raise StaffProofMissing
        return True
