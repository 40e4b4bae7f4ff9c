"""Errors of the API as problem details (RFC 9457)."""

from django.core.exceptions import PermissionDenied
from django.http import Http404
from rest_framework import exceptions
from rest_framework.response import Response
from rest_framework.views import exception_handler

TITLES = {
    400: "请求内容有错误",
    401: "请先登录",
    403: "请先登录，或者您不能做这件事",
    404: "没有找到",
    405: "不支持这种请求方法",
    406: "不支持这种返回格式",
    415: "不支持这种内容类型",
    429: "请求太频繁，请稍后再试",
}


def problem_details(exc, context):
    """DRF's EXCEPTION_HANDLER: status, title, detail, and errors by field for bad input."""
    if isinstance(exc, Http404):
        exc = exceptions.NotFound()
    elif isinstance(exc, PermissionDenied):
        exc = exceptions.PermissionDenied()
    response = exception_handler(exc, context)
    if response is None:
        return None
    status = response.status_code
    body = {"type": "about:blank", "title": TITLES.get(status, "出错了"), "status": status}
    if isinstance(exc, exceptions.ValidationError):
        detail = exc.detail
        body["errors"] = detail if isinstance(detail, dict) else {"non_field_errors": detail}
    else:
        body["detail"] = str(getattr(exc, "detail", "")) or body["title"]
    headers = {
        name: response[name] for name in ("WWW-Authenticate", "Retry-After") if name in response
    }
    return Response(body, status=status, headers=headers, content_type="application/problem+json")
