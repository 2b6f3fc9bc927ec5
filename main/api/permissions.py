"""Who may come in: dispatch and the office, as for their admin sites."""

from rest_framework.exceptions import PermissionDenied
from rest_framework.permissions import BasePermission
from rest_framework.request import Request
from rest_framework.views import APIView

from main.access import has_proved, is_dispatcher, is_employee
from main.api.errors import StaffProofMissing

REFUND = "main.settle_order"


class IsDispatchOrOffice(BasePermission):
    def has_permission(self, request: Request, view: APIView) -> bool:
        """False for who is not signed in (401); for others the reason is raised (403)."""
        user = request.user
        if not user.is_authenticated:
            return False
        if not (is_dispatcher(user) or is_employee(user)):
            raise PermissionDenied("This is for dispatch and the office only.")
        if not has_proved(request):
            raise StaffProofMissing
        return True
