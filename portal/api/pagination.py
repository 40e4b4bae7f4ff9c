"""Keyset pages for the API."""

from rest_framework.exceptions import ValidationError
from rest_framework.pagination import CursorPagination

PAGE_SIZE = 20
MAX_PAGE_SIZE = 100


class KeysetPagination(CursorPagination):
    """Newest first; the address of the next page carries where to go on, not a page number.

    Ordered by the primary key alone: it is unique, so that no row is left out or sent twice.
    """

    page_size = PAGE_SIZE
    max_page_size = MAX_PAGE_SIZE
    page_size_query_param = "page_size"
    page_size_query_description = f"每页几条，最多 {MAX_PAGE_SIZE}。"
    cursor_query_description = "上一次返回的 next 或 previous 里的位置。"
    ordering = "-pk"

    def get_page_size(self, request):
        """Like DRF's, but a size that cannot be had is said, not ignored."""
        typed = request.query_params.get(self.page_size_query_param)
        if typed is None:
            return self.page_size
        if not typed.isdecimal() or not 1 <= int(typed) <= self.max_page_size:
            raise ValidationError(
                {self.page_size_query_param: [f"每页条数要填 1 到 {self.max_page_size}。"]}
            )
        return int(typed)
