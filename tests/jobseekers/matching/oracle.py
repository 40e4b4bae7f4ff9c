"""The same rules in plain Python, pair by pair, straight from the columns; small inputs only.

Shares no code with the kernel but the settings and the score model's numbers. The draw among
equal scores is the one thing taken over, as it has no meaning of its own.
"""

import math

from jobseekers.matching.settings import Scope, Who

MASK = 2**64 - 1


def rarity(vacancies, seekers):
    rows = [
        set(side.skills.row(i).tolist()) for side in (vacancies, seekers) for i in range(len(side))
    ]
    seen = {}
    for row in rows:
        for token in row:
            seen[token] = seen.get(token, 0) + 1
    return {t: (round(100 * math.log((1 + len(rows)) / (1 + n))) + 1) ** 2 for t, n in seen.items()}


def shares_rare_skill(vacancies, v, seekers, s):
    """Whether both have a skill that at most 20 rows have; larger inputs are not for here."""
    sides = [(side, i) for side in (vacancies, seekers) for i in range(len(side))]
    assert len(sides) <= 1000
    shared = set(vacancies.skills.row(v).tolist()) & set(seekers.skills.row(s).tolist())
    return any(sum(t in side.skills.row(i) for side, i in sides) <= 20 for t in shared)


def digits(code):
    """The division as text, pseudo divisions cut down to what they stand for."""
    text = str(code) if code else ""
    if len(text) == 6 and text.endswith("00"):
        text = text[:4]
    ordinary = text[:2] not in ("11", "12", "31", "50")
    if len(text) == 6 and text.endswith("01") and ordinary:
        city = int(text[2:4])
        if 1 <= city <= 20 or 51 <= city <= 70:
            text = text[:4]
    return text


def place_ok(vacancy, regions):
    if not regions:
        return True
    for region in regions:
        wanted = digits(region)
        if len(wanted) == 4 and wanted[:2] in ("11", "12", "31", "50"):
            wanted = wanted[:2]
        if digits(vacancy).startswith(wanted):
            return True
    return False


def hard_failures(vacancies, v, seekers, s):
    """Names of the hard conditions that fail."""
    found = set()
    if not vacancies.active[v]:
        found.add("vacancy_closed")
    if not seekers.active[s]:
        found.add("seeker_inactive")
    if not seekers.consent[s]:
        found.add("no_consent")
    if not place_ok(int(vacancies.division[v]), seekers.regions.row(s).tolist()):
        found.add("place")
    if seekers.education[s] != -1 and seekers.education[s] < vacancies.education[v]:
        found.add("education")
    if seekers.experience[s] != -1 and seekers.experience[s] < vacancies.experience[v]:
        found.add("experience")
    if vacancies.pay_max[v] and seekers.pay_expected[s] > vacancies.pay_max[v]:
        found.add("pay")
    if int(vacancies.certificates[v]) & ~int(seekers.certificates[s]):
        found.add("certificate")
    if vacancies.ids[v] in seekers.excluded.row(s):
        found.add("excluded")
    return found


def occupation_level(code, wishes):
    def level(a, b):
        a, b = f"{a:07d}", f"{b:07d}"
        if a == b and a[5:] != "00" and a[1:3] != "00":
            return 4
        if a[:5] == b[:5] and a[3:] != "0000" and b[3:] != "0000" and a[1:3] != "00":
            return 3
        if a[:3] == b[:3] and a[1:3] != "00":
            return 2
        return 1 if a[0] == b[0] else 0

    return max((level(int(code), int(w)) for w in wishes), default=0) if code else 0


def place_level(vacancy, anchors, neighbours):
    """0 elsewhere, 1 neighbouring city, 2 city, 3 neighbouring district, 4 district, 5 street."""
    borders = {frozenset(map(str, pair)) for pair in neighbours}
    best = 0
    here = digits(vacancy)
    for anchor in map(digits, anchors):
        shared = min(len(here), len(anchor))
        same_city = here[:4] == anchor[:4] and here[2:4] != "90"
        if here[:2] in ("11", "12", "31", "50"):
            same_city = here[:2] == anchor[:2]
        if shared == 9 and here == anchor:
            best = max(best, 5)
        elif shared >= 6 and here[:6] == anchor[:6]:
            best = max(best, 4)
        elif shared >= 6 and frozenset((here[:6], anchor[:6])) in borders:
            best = max(best, 3)
        elif shared >= 4 and same_city:
            best = max(best, 2)
        elif shared >= 4 and frozenset((here[:4], anchor[:4])) in borders:
            best = max(best, 1)
    return best


def text_weights(vacancies, seekers):
    """(rows of the vacancies, rows of the seekers): {word: weight}, None without a text."""
    rows = [
        [{x >> 4: x & 15 for x in side.text.row(i).tolist()} for i in range(len(side))]
        for side in (vacancies, seekers)
    ]
    texts = [row for side in rows for row in side if row]
    rarity = {
        word: max(0, round(100 * math.log((1 + len(texts)) / (1 + sum(word in t for t in texts)))))
        + 1
        for text in texts
        for word in text
    }

    def weigh(row):
        each = {word: times * math.sqrt(rarity[word]) for word, times in row.items()}
        length = math.sqrt(sum(x * x for x in each.values()))
        return {word: round(x / length * 1024) for word, x in each.items()} or None

    return [[weigh(row) for row in side] for side in rows]


def choices(vacancies, seekers, settings):
    """Points of everybody who is looking for the few posts there are for them."""
    model = settings.model
    if not model.weights["choices"]:
        return dict.fromkeys(range(len(seekers)), 0)

    def middles(codes):
        return {int(code) // 10_000 for code in codes if int(code) // 10_000 % 100}

    wanting = {v: 0 for v in range(len(vacancies)) if vacancies.active[v]}
    within = {}
    for s in range(len(seekers)):
        if not (seekers.active[s] and seekers.consent[s]):
            continue
        wished = middles(seekers.occupations.row(s))
        regions = seekers.regions.row(s).tolist()
        within[s] = [
            v for v in wanting
            if middles([vacancies.occupation[v]]) & wished
            and place_ok(int(vacancies.division[v]), regions)
        ]  # fmt: skip
        within[s] = [
            v for v in within[s] if not hard_failures(vacancies, v, seekers, s) - {"excluded"}
        ]
        for v in within[s]:
            wanting[v] += 1
    points, enough = {}, model.choices_full * 1000
    for s, posts in within.items():
        options = sum(min(1000, 1000 * model.choices_wanted // wanting[v]) for v in posts)
        known = middles(seekers.occupations.row(s))
        points[s] = max(0, enough - options) * 1000 // enough if known else 0
    return points


def parts(vacancies, v, seekers, s, settings, weight, texts, few):
    """Points of the pair in the order of PARTS, and the occupation level."""
    model = settings.model
    level = occupation_level(vacancies.occupation[v], seekers.occupations.row(s))
    home = int(seekers.home[s])
    anchors = [c for c in (home, *seekers.regions.row(s).tolist()) if c]
    place = place_level(int(vacancies.division[v]), anchors, settings.neighbours)

    expected = int(seekers.pay_expected[s])
    offers = [int(x) for x in (vacancies.pay_min[v], vacancies.pay_max[v]) if x]
    if not expected or not offers:
        pay = model.pay_neutral
    else:
        doubled = sum(offers) * 2 // len(offers)
        above = (doubled - 2 * expected) * 1000 // (2 * expected)
        pay = min(max((above + model.pay_spread) * 1000 // (2 * model.pay_spread), 0), 1000)

    a, b = set(vacancies.skills.row(v).tolist()), set(seekers.skills.row(s).tolist())
    shared = sum(weight[t] for t in a & b)
    skills = 0
    if shared:
        length = math.sqrt(sum(weight[t] for t in a)) * math.sqrt(sum(weight[t] for t in b))
        skills = min(1000, int(1000.0 * shared / length + 1e-9))

    mine, theirs = texts[1][s], texts[0][v]
    if mine and theirs:
        alike = min(1000, sum(mine[w] * theirs.get(w, 0) for w in mine) * 1000 // 2**20)
        points = min(1000, alike * 1000 // model.text_full)
        share = model.text_share if a and b else 1000
        both = (skills * (1000 - share) + points * share) // 1000
    else:
        both = skills

    asked, has = int(vacancies.education[v]), int(seekers.education[s])
    if asked == 0:
        education = model.no_limit_points
    else:
        education = 0 if has < 0 else model.education_points[min(has - asked, 3)]
    asked, has = int(vacancies.experience[v]), int(seekers.experience[s])
    experience = model.no_limit_points if asked == 0 else (0 if has < 0 else 1000)

    def fresh(days):
        return 1000 * max(model.fresh_days - int(days), 0) // model.fresh_days

    freshness = (fresh(vacancies.age_days[v]) + fresh(seekers.age_days[s])) // 2
    priority = model.key_points * bool(vacancies.key[v])
    priority += model.hard_to_place_points * bool(seekers.hard_to_place[s])
    row = (
        model.occupation_points[level], model.place_points[place], pay, both,
        education, experience, freshness, priority, few[s],
    )  # fmt: skip
    return row, level, skills


def mix(x):
    x = ((x ^ (x >> 30)) * 0xBF58476D1CE4E5B9) & MASK
    x = ((x ^ (x >> 27)) * 0x94D049BB133111EB) & MASK
    return x ^ (x >> 31)


def draw(vacancy_id, seeker_id, lottery):
    golden = 0x9E3779B97F4A7C15

    def one(ident, seed):
        return mix((ident + seed * golden + golden) & MASK)

    return mix(one(vacancy_id, lottery * 2 + 1) ^ one(seeker_id, lottery * 2)) >> 21


def pair_table(vacancies, seekers, settings):
    """(v, s) -> (order, level, alike, parts) of every admissible pair; larger order is better."""
    weight, texts = rarity(vacancies, seekers), text_weights(vacancies, seekers)
    few = choices(vacancies, seekers, settings)
    table = {}
    for v in range(len(vacancies)):
        for s in range(len(seekers)):
            if hard_failures(vacancies, v, seekers, s):
                continue
            row, level, skills = parts(vacancies, v, seekers, s, settings, weight, texts, few)
            score = settings.model.score(row)
            ids = int(vacancies.ids[v]), int(seekers.ids[s])
            order = (score, draw(*ids, settings.lottery), -ids[1], -ids[0])
            alike = skills >= settings.skill_floor and shares_rare_skill(vacancies, v, seekers, s)
            table[v, s] = order, level, alike, row
    return table


def in_scope(round_, level, alike):
    if round_.scope == Scope.CLOSE:
        return level >= 3
    return round_.scope == Scope.ADMISSIBLE or level >= 2 or alike


def takes_part(round_, hard, has):
    if round_.who in (Who.HARD_TO_PLACE, Who.HARD_TO_PLACE_WITHOUT) and not hard:
        return False
    without = round_.who in (Who.HARD_TO_PLACE_WITHOUT, Who.EVERYONE_WITHOUT)
    return not (without and has)


def select(vacancies, seekers, settings, table=None):
    """{(v, s): round}: in every round all pairs in falling order while both sides have room."""
    table = pair_table(vacancies, seekers, settings) if table is None else table
    chosen, mine, theirs = {}, {}, {}
    for number, round_ in enumerate(settings.rounds):
        gained = {}
        before = dict(mine)
        for (v, s), (_, level, alike, _) in sorted(
            table.items(), key=lambda item: item[1][0], reverse=True
        ):
            if (v, s) in chosen or (round_.key_only and not vacancies.key[v]):
                continue
            if not in_scope(round_, level, alike):
                continue
            if not takes_part(round_, seekers.hard_to_place[s], before.get(s, 0)):
                continue
            if mine.get(s, 0) >= settings.per_seeker or gained.get(s, 0) >= round_.limit:
                continue
            if theirs.get(v, 0) >= settings.cap * vacancies.headcount[v]:
                continue
            chosen[v, s] = number
            mine[s] = mine.get(s, 0) + 1
            gained[s] = gained.get(s, 0) + 1
            theirs[v] = theirs.get(v, 0) + 1
    return chosen


def blocking_pairs(vacancies, seekers, settings, edges, table):
    """Pairs of any round that both sides would rather have had, by definition and by count.

    edges: {(v, s): round}. In a round a side would rather have the pair if it had room left for
    the round, or holds from this round a worse one.
    """
    found = []
    for number, round_ in enumerate(settings.rounds):
        earlier = {e for e, r in edges.items() if r < number}
        now = {e for e, r in edges.items() if r == number}
        for (v, s), (order, level, alike, _) in table.items():
            if (v, s) in earlier or (v, s) in now or not in_scope(round_, level, alike):
                continue
            if round_.key_only and not vacancies.key[v]:
                continue
            had = sum(e[1] == s for e in earlier)
            if not takes_part(round_, seekers.hard_to_place[s], had):
                continue
            mine = [table[e][0] for e in now if e[1] == s]
            theirs = [table[e][0] for e in now if e[0] == v]
            room = min(round_.limit, settings.per_seeker - had)
            quota = settings.cap * vacancies.headcount[v] - sum(e[0] == v for e in earlier)
            seeker_would = len(mine) < room or (room > 0 and min(mine) < order)
            vacancy_would = len(theirs) < quota or (quota > 0 and min(theirs) < order)
            if seeker_would and vacancy_would:
                found.append((number, v, s))
    return found
