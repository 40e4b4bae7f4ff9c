"""Filters of the API: what cannot be understood is said, never ignored."""

from functools import reduce
from operator import or_

from django import forms
from django.core.exceptions import ValidationError
from django.db.models import Q
from django_filters import rest_framework as filters
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import extend_schema_field
from rest_framework.exceptions import ValidationError as BadRequest

from portal.places.models import Division


class StrictFilterBackend(filters.DjangoFilterBackend):
    """Refuses query parameters that no filter has: a misspelt one would widen the answer."""

    def get_filterset(self, request, queryset, view):
        """The bound filters; 400 for a parameter nobody knows."""
        filterset_class = self.get_filterset_class(view, queryset)
        known = set(filterset_class.base_filters) if filterset_class else set()
        pages = view.paginator
        if pages is not None:
            known |= {pages.cursor_query_param, pages.page_size_query_param}
        unknown = sorted(set(request.query_params) - known - {"format"})
        if unknown:
            raise BadRequest({name: ["没有这个查询条件，请看接口说明。"] for name in unknown})
        return super().get_filterset(request, queryset, view)


class CodesField(forms.MultipleChoiceField):
    """One or several codes of a code table, the parameter repeated."""

    def __init__(self, *, model, max_codes=10, **kwargs):
        super().__init__(**kwargs)
        self.model, self.max_codes = model, max_codes

    def validate(self, value):
        """Every code must stand in the table."""
        if len(value) > self.max_codes:
            raise ValidationError(f"最多 {self.max_codes} 个代码。")
        askable = [code for code in value if "\x00" not in code]  # PostgreSQL takes no NUL
        known = set(self.model.objects.filter(pk__in=askable).values_list("pk", flat=True))
        unknown = [code for code in dict.fromkeys(value) if code not in known]
        if unknown:
            label = self.model._meta.verbose_name
            raise ValidationError(f"没有这个{label}代码：{'、'.join(unknown)[:60]}。")


class SwitchField(forms.TypedChoiceField):
    """true or false and nothing else."""

    def __init__(self, **kwargs):
        kwargs.update(
            choices=[("true", "是"), ("false", "否")],
            coerce=lambda value: value == "true",
            empty_value=None,
        )
        super().__init__(**kwargs)


@extend_schema_field({"type": "array", "items": {"type": "string"}})
class RegionFilter(filters.Filter):
    """In one of the divisions or below; the parameter may be repeated."""

    field_class = CodesField

    def __init__(self, *args, **kwargs):
        kwargs.setdefault("help_text", "行政区划代码，可以写几次；含下级。")
        super().__init__(*args, model=Division, **kwargs)

    def filter(self, qs, value):
        """By prefix: the codes are prefix codes."""
        if not value:
            return qs
        return qs.filter(
            reduce(or_, (Q(**{f"{self.field_name}__code__startswith": code}) for code in value))
        )


@extend_schema_field(OpenApiTypes.BOOL)
class SwitchFilter(filters.Filter):
    """A column that is true or false."""

    field_class = SwitchField
