"""From what was chosen to edges: in order, ranked on both sides, with the points of every part."""

import numpy as np

from .compiled import jit
from .kernel import (
    AT_OCCUPATION,
    AT_PLACE,
    W_CHOICES,
    W_EDUCATION,
    W_EXPERIENCE,
    W_FRESH,
    W_OCCUPATION,
    W_PAY,
    W_PLACE,
    W_PRIORITY,
    W_SKILLS,
    education_points,
    experience_points,
    fresh_points,
    occupation_level,
    pay_points,
    place_level,
    skill_and_text_points,
    skill_points,
    spread_text,
    text_likeness,
    worse,
)

SHORT = 32  # so many are put in order one by one


@jit
def best_first(chosen, chosen_key, chosen_round, ident, s, v, key, round_, seeker_rank):
    """Flatten the slots of all seekers, each one's from best to worst.

    chosen, chosen_key, chosen_round: (seekers, per_seeker), -1 where a slot is free; ident: int64
    per vacancy. s, v, key, round_, seeker_rank: outputs, a value per edge.
    """
    size = chosen.shape[1]
    end = 0
    for seeker in range(chosen.shape[0]):
        begin = end
        slots = np.arange(size)
        if size > SHORT:  # nearly in order already, the pass below has little left to move
            slots = np.argsort(-chosen_key[seeker])
        for slot in slots:
            vacancy = chosen[seeker, slot]
            if vacancy < 0:
                continue
            own = chosen_key[seeker, slot]
            at = end
            while at > begin and worse(key[at - 1], ident[v[at - 1]], own, ident[vacancy]):
                key[at], v[at], round_[at] = key[at - 1], v[at - 1], round_[at - 1]
                at -= 1
            key[at], v[at], round_[at] = own, vacancy, chosen_round[seeker, slot]
            end += 1
        for at in range(begin, end):
            s[at] = seeker
            seeker_rank[at] = at - begin + 1


@jit
def rank_for_vacancies(v, key, vacancies, vacancy_rank):
    """The place of each edge on its vacancy's list, from 1.

    v, key: of the edges by rising seeker id, so that of equal keys the smaller id is first. The
    key is that of how well they fit, without the part for few choices.
    """
    begins = np.zeros(vacancies + 1, dtype=np.int64)
    for vacancy in v:
        begins[vacancy + 1] += 1
    for vacancy in range(vacancies):
        begins[vacancy + 1] += begins[vacancy]
    at = begins.copy()
    by_vacancy = np.empty(v.size, dtype=np.int64)
    for edge in range(v.size):
        by_vacancy[at[v[edge]]] = edge
        at[v[edge]] += 1
    for vacancy in range(vacancies):
        edges = by_vacancy[begins[vacancy] : begins[vacancy + 1]]
        order = np.argsort(-key[edges], kind="mergesort")
        for place in range(edges.size):
            vacancy_rank[edges[order[place]]] = place + 1


@jit
def fill_parts(
    posts, people, post_skill, post_text, lists, weight, words, near, model, vs, ss, parts
):
    """Write the points of each pair (vs[i], ss[i]) into ``parts[i]``, in the order of PARTS."""
    scratch = np.zeros(words, dtype=np.int32)
    for i in range(vs.size):
        post, person = posts[vs[i]], people[ss[i]]
        if i == 0 or ss[i] != ss[i - 1]:
            if i > 0:
                spread_text(people[ss[i - 1]], lists, -1, scratch)
            spread_text(person, lists, 1, scratch)
        place = place_level(np.int64(post.division), post.depth, person, lists, near)
        skills = skill_points(post, person, post_skill, lists, weight)
        texts = text_likeness(post, post_text, scratch)
        level = occupation_level(post.occupation, person, lists)
        parts[i, W_OCCUPATION] = model[AT_OCCUPATION + level]
        parts[i, W_PLACE] = model[AT_PLACE + place]
        parts[i, W_PAY] = pay_points(post, person, model)
        parts[i, W_SKILLS] = skill_and_text_points(post, person, skills, texts, model)
        parts[i, W_EDUCATION] = education_points(post.education, person.education, model)
        parts[i, W_EXPERIENCE] = experience_points(post.experience, person.experience, model)
        parts[i, W_FRESH] = fresh_points(post, person)
        parts[i, W_PRIORITY] = post.priority + person.priority
        parts[i, W_CHOICES] = person.choices
