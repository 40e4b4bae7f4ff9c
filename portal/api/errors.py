"""Errors of the API as problem details (RFC 9457)."""

from django.core.exceptions import PermissionDenied
from django.http import Http404, JsonResponse
from rest_framework import exceptions, status
from rest_framework.response import Response
from rest_framework.views import exception_handler

MEDIA_TYPE = "application/problem+json"
TITLES = {
    400: "请求内容有错误",
    401: "请先登录",
    403: "不能做这件事",
    404: "没有找到",
    405: "不支持这种请求方法",
    406: "不支持这种返回格式",
    409: "现在不能这样做",
    415: "不支持这种内容类型",
    429: "请求太频繁，请稍后再试",
    500: "系统出错了",
}


def is_api(request):
    """Whether a program asks, which reads problem details and not pages."""
    return request.path.startswith("/api/")


class Conflict(exceptions.APIException):
    """A service refused: nothing was changed, and its words are the detail."""

    status_code = status.HTTP_409_CONFLICT
    default_code = "conflict"


def problem(code, detail="", **members):
    """The body of a problem: type, title, status, detail and further members."""
    title = TITLES.get(code, "出错了")
    return {
        "type": "about:blank",
        "title": title,
        "status": code,
        "detail": detail or title,
        **members,
    }


def problem_response(code, detail=""):
    """A problem answered outside of DRF: by a middleware, or where no view was found."""
    response = JsonResponse(
        problem(code, detail),
        status=code,
        content_type=MEDIA_TYPE,
        json_dumps_params={"ensure_ascii": False},
    )
    if code == status.HTTP_401_UNAUTHORIZED:
        response["WWW-Authenticate"] = "Session"
    return response


def problem_details(exc, context):
    """DRF's EXCEPTION_HANDLER: status, title, detail, and errors by field for bad input."""
    if isinstance(exc, Http404):
        exc = exceptions.NotFound(TITLES[404])
    elif isinstance(exc, PermissionDenied):
        exc = exceptions.PermissionDenied(TITLES[403])
    response = exception_handler(exc, context)
    if response is None:
        return None
    code = response.status_code
    if isinstance(exc, exceptions.ValidationError):
        errors = exc.detail if isinstance(exc.detail, dict) else {"non_field_errors": exc.detail}
        body = problem(code, errors=errors)
    else:
        body = problem(code, str(getattr(exc, "detail", "")))
    headers = {
        name: response[name] for name in ("WWW-Authenticate", "Retry-After") if name in response
    }
    return Response(body, status=code, headers=headers, content_type=MEDIA_TYPE)
