"""The query string of a list: known parameters, and nothing else."""

from rest_framework.exceptions import ValidationError
from rest_framework.request import Request
from rest_framework.views import APIView


class KnownQuery(APIView):
    """A list that refuses unknown parameters.

    Otherwise `?stauts=20` would return every order.
    """

    def initial(self, request: Request, *args, **kwargs) -> None:
        super().initial(request, *args, **kwargs)
        known = self._known_parameters()
        words = f"There is no such parameter. Known: {', '.join(sorted(known)) or 'none'}."
        if unknown := set(request.query_params) - known:
            raise ValidationError({name: [words] for name in sorted(unknown)})

    def _known_parameters(self) -> set[str]:
        filters = getattr(self, "filterset_class", None)
        pages = getattr(self, "pagination_class", None)
        return {
            *(filters.base_filters if filters else ()),
            *([pages.cursor_query_param] if pages else ()),
        }
