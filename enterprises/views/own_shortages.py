"""An enterprise's shortage declarations."""

from django.contrib import messages
from django.core.exceptions import ValidationError
from django.core.paginator import Paginator
from django.shortcuts import get_object_or_404, redirect

from enterprises.access import current_enterprise
from enterprises.enums import ShortageState
from enterprises.forms.shortages import (
    PREFIX,
    DeclarationForm,
    ItemFormSet,
    WithdrawForm,
    posted,
    rows_after,
)
from enterprises.models import ShortageDeclaration
from enterprises.occupations import best_guess
from enterprises.services.shortages import (
    MOST_ITEMS,
    amend_shortage,
    close_shortage,
    declare_shortage,
)
from enterprises.shortage_history import shortage_history
from portal.accounts.access import MEMBER, allow

from .owned import page, to_form

PAGE_SIZE = 20


def own_shortage(request, public_id):
    """(enterprise, declaration) of an address; Http404 for any other's."""
    enterprise = current_enterprise(request)
    declaration = get_object_or_404(
        ShortageDeclaration.objects.visible_to(request.user).select_related(
            "enterprise__region__parent", "served_by__region"
        ),
        public_id=public_id,
    )
    mine = declaration.enterprise_id == enterprise.pk
    return (enterprise if mine else declaration.enterprise), declaration


@allow(MEMBER)
def shortages(request):
    """All declarations, open ones first."""
    enterprise = current_enterprise(request)
    rows = (
        ShortageDeclaration.objects.filter(enterprise=enterprise)
        .prefetch_related("items")
        .order_by("closed_at", "-declared_at", "-pk")
    )
    context = {"page_obj": Paginator(rows, PAGE_SIZE).get_page(request.GET.get("page"))}
    return page(request, "enterprises/shortages.html", context, enterprise=enterprise)


@allow(MEMBER)
def shortage_new(request):
    """Declare one; “再加一种工种” is a submit button, so it works without script."""
    enterprise = current_enterprise(request)
    form, items, asked = _forms(request, {}, [{}])
    if request.method == "POST" and not asked and form.is_valid() & items.is_valid():
        try:
            declaration = declare_shortage(
                enterprise, request.user, items=_coded(items.items()), **form.cleaned_data
            )
        except ValidationError as error:
            to_form(form, error)
        else:
            messages.success(request, _declared_words(declaration))
            return redirect("enterprises:shortage", declaration.public_id)
    context = {"form": form, "items": items, "most": MOST_ITEMS, "declaration": None}
    return page(request, "enterprises/shortage_form.html", context, enterprise=enterprise)


@allow(MEMBER)
def shortage_edit(request, public_id):
    """Correct a declaration that is not closed."""
    enterprise, declaration = own_shortage(request, public_id)
    if declaration.state == ShortageState.CLOSED:
        messages.error(request, "这份申报已经销号，不能再改。")
        return redirect("enterprises:shortage", public_id)
    initial = {"reason": declaration.reason, "needed_by": declaration.needed_by}
    rows = list(declaration.items.values("title", "missing", "skills", "pay_min", "pay_max"))
    form, items, asked = _forms(request, initial, rows)
    if request.method == "POST" and not asked and form.is_valid() & items.is_valid():
        try:
            amend_shortage(
                declaration, request.user, items=_coded(items.items()), **form.cleaned_data
            )
        except ValidationError as error:
            to_form(form, error)
        else:
            messages.success(request, "已改好，服务的人能看到改了什么。")
            return redirect("enterprises:shortage", public_id)
    context = {"form": form, "items": items, "most": MOST_ITEMS, "declaration": declaration}
    return page(request, "enterprises/shortage_form.html", context, enterprise=enterprise)


@allow(MEMBER)
def shortage(request, public_id):
    """One declaration: the four clears, who serves, who came, every change; withdraw it."""
    enterprise, declaration = own_shortage(request, public_id)
    form = WithdrawForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        try:
            close_shortage(
                declaration,
                request.user,
                outcome="withdrawn",
                note=form.cleaned_data["note"],
            )
        except ValidationError as error:
            to_form(form, error)
        else:
            messages.success(request, "已撤回这份申报。还缺人时可以再申报。")
            return redirect("enterprises:shortage", public_id)
    context = {
        "declaration": declaration,
        "items": declaration.items.select_related("occupation"),
        "fills": declaration.fills.all(),
        "vacancies": declaration.vacancies.all()[:20],
        "history": shortage_history(declaration, request.user),
        "withdraw": form,
    }
    return page(request, "enterprises/shortage.html", context, enterprise=enterprise)


def _forms(request, initial, rows):
    """(form, formset, whether only rows were asked for)."""
    if request.method != "POST":
        return DeclarationForm(initial=initial), ItemFormSet(initial=rows, prefix=PREFIX), False
    change = request.POST.get("rows", "")
    if change:
        form = DeclarationForm(initial=request.POST.dict())
        return form, ItemFormSet(initial=rows_after(request.POST, change), prefix=PREFIX), True
    form = DeclarationForm(request.POST, initial=initial)
    return form, ItemFormSet(posted(request.POST), prefix=PREFIX), False


def _coded(items):
    """The items with the occupation their title surely means."""
    return [{**item, "occupation": best_guess(item["title"])} for item in items]


def _declared_words(declaration):
    if declaration.is_emergency:
        return "已申报。人数多，按应急缺工办，已经通知区里和您的服务专员。"
    return "已申报。服务专员会联系您，这里能看到办到哪一步。"
