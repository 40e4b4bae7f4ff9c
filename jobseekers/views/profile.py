"""Résumé and wishes: one page, or in 关怀版 one question after the other."""

from django.contrib import messages
from django.core.exceptions import ValidationError
from django.shortcuts import redirect, render

from jobseekers.forms import STEPS, ProfileForm
from jobseekers.services.profile import profile_gaps, save_profile, seeker_of
from portal.accounts.access import SEEKER, allow
from portal.accounts.addresses import next_address


def _initial(user, seeker):
    if seeker is None:
        return {"name": user.display_name, "experience_years": 0}
    wishes = list(seeker.intentions.all())
    initial = {
        name: getattr(seeker, name)
        for name in (
            "name", "education", "experience_years", "skills", "certificates", "groups",
            "summary", "status", "accepted_regions", "pay_expected", "wants_lodging",
        )
    }  # fmt: skip
    initial["region"] = seeker.region_id[:6]  # the form asks for the district
    return initial | {f"wish_{wish.rank}": wish.title for wish in wishes}


def _saved(request, form):
    """The answer after a valid form was saved, None when the register refused it."""
    first = seeker_of(request.user) is None
    try:
        save_profile(request.user, form.cleaned_data, form.wishes())
    except ValidationError as error:
        form.add_error("identity_number", error.messages)
        return None
    if first:
        messages.success(request, "已保存。明天早上就有为您配好的岗位，现在也可以自己查。")
    else:
        messages.success(request, "已保存。今晚按新的意向为您配岗。")
    return redirect(next_address(request) or "jobseekers:recommendations")


@allow(SEEKER)
def profile(request):
    """Résumé and wishes."""
    seeker = seeker_of(request.user)
    if request.care_mode:
        return _step_by_step(request, seeker)
    form = ProfileForm(request.POST or None, initial=_initial(request.user, seeker))
    if request.method == "POST" and form.is_valid():
        done = _saved(request, form)
        if done:
            return done
    return render(
        request,
        "jobseekers/profile.html",
        {
            "form": form,
            "seeker": seeker,
            "gaps": profile_gaps(seeker) if seeker else [],
            "next": next_address(request),
        },
        status=422 if form.is_bound else 200,
    )


def _step_by_step(request, seeker):
    """One step a page; the answers of the other steps travel in hidden inputs, so that nothing
    is stored before the last page and nothing typed is lost."""
    if request.method != "POST":
        return _step_page(request, ProfileForm(initial=_initial(request.user, seeker)), 0)
    bound = ProfileForm(request.POST)
    at = int(request.POST["step"]) if request.POST.get("step", "").isdecimal() else 0
    at = min(at, len(STEPS) - 1)
    forward = request.POST.get("go") != "back"
    wrong = [n for n, (_, names) in enumerate(STEPS) if any(bound[name].errors for name in names)]
    if forward and at in wrong:
        return _step_page(request, bound, at)
    if not forward:
        return _step_page(request, _carried(request.POST), max(0, at - 1))
    if at < len(STEPS) - 1:
        return _step_page(request, _carried(request.POST), at + 1)
    if not wrong:
        done = _saved(request, bound)
        if done:
            return done
        wrong = [n for n, (_, names) in enumerate(STEPS) if "identity_number" in names]
    return _step_page(request, bound, wrong[0])


def _carried(data):
    """The form filled with what was sent, without complaining about steps not yet seen."""
    fields = ProfileForm().fields
    lists = {"accepted_regions", "certificates", "groups"}
    initial = {
        name: data.getlist(name) if name in lists else data.get(name, "")
        for name in fields
        if name in data
    }
    return ProfileForm(initial=initial)


def _step_page(request, form, at):
    title, names = STEPS[at]
    hidden = []
    for name in form.fields:
        if name not in names:
            value = form[name].value()
            values = value if isinstance(value, list | tuple) else [value]
            hidden += [
                (name, "on" if v is True else v) for v in values if v not in (None, "", False)
            ]
    if form.is_bound:
        shown = {name for name in names if form[name].errors}
        for name in set(form.errors) - shown:
            del form.errors[name]
    return render(
        request,
        "jobseekers/profile_step.html",
        {
            "form": form,
            "fields": [form[name] for name in names],
            "hidden": hidden,
            "title": title,
            "step": at,
            "number": at + 1,
            "steps": len(STEPS),
            "next": next_address(request),
        },
        status=422 if form.is_bound else 200,
    )
