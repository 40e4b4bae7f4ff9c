"""Words of subsidies for templates."""

from django import template

from subsidies.services import budgets

register = template.Library()


@register.filter
def over_budget(run):
    """The figures of a held run in a sentence."""
    return budgets.in_words(run.budget)


@register.filter
def group_label(group):
    """What an exclusivity group is called."""
    return budgets.group_label(group)
