"""The statements behind the four lists and the key-enterprise table.

All take Scope.params, %(cut)s (the moment they are of) and %(last)s (its last day).
"""

SHORTAGES = """
SELECT e.region_id, e.name, e.credit_code, key.is_key, i.title, coalesce(i.occupation_id, ''),
       i.missing, i.skills, i.pay_min, i.pay_max, s.reason, s.needed_by,
       (s.declared_at AT TIME ZONE 'Asia/Shanghai')::date,
       CASE WHEN s.serving_since < %(cut)s THEN 'serving' ELSE 'open' END,
       CASE WHEN row_number() OVER one = 1 THEN came.persons END,
       CASE WHEN row_number() OVER one = 1
            THEN greatest(0, s.missing_total - came.persons) END,
       coalesce(u.display_name, '')
FROM enterprises_shortageitem i
JOIN enterprises_shortagedeclaration s ON s.id = i.declaration_id
JOIN enterprises_enterprise e ON e.id = s.enterprise_id
CROSS JOIN LATERAL (
    SELECT coalesce(sum(f.persons), 0)::int AS persons FROM enterprises_shortagefill f
    WHERE f.declaration_id = s.id AND f.filled_on <= %(last)s) came
CROSS JOIN LATERAL (
    SELECT EXISTS (SELECT 1 FROM enterprises_keylistentry k WHERE k.enterprise_id = e.id
      AND k.starts_on <= %(last)s AND (k.ends_on IS NULL OR k.ends_on > %(last)s)) AS is_key) key
LEFT JOIN hotlines_assignment a ON a.enterprise_id = e.id AND a.started_at < %(cut)s
     AND (a.ended_at IS NULL OR a.ended_at >= %(cut)s)
LEFT JOIN hotlines_commissioner c ON c.id = a.commissioner_id
LEFT JOIN accounts_user u ON u.id = c.user_id
WHERE e.region_id LIKE %(region)s AND s.declared_at < %(cut)s
  AND (s.closed_at IS NULL OR s.closed_at >= %(cut)s)
WINDOW one AS (PARTITION BY s.id ORDER BY i.id)
ORDER BY left(e.region_id, %(width)s), e.name, s.declared_at, s.id, i.id
"""

SUPPLY_COUNTS = """
SELECT left(s.region_id, 6), CASE WHEN length(s.region_id) >= 9 THEN left(s.region_id, 9) ELSE '' END,
       coalesce(left(i.occupation_id, 7), ''), count(*)::int,
       count(*) FILTER (WHERE 'registered_unemployed' = ANY (s.groups))::int,
       count(*) FILTER (WHERE 'hard_to_place' = ANY (s.groups))::int,
       count(*) FILTER (WHERE 'graduate' = ANY (s.groups))::int,
       count(*) FILTER (WHERE 'migrant' = ANY (s.groups))::int,
       count(*) FILTER (WHERE s.education >= 3)::int
FROM jobseekers_jobseeker s
LEFT JOIN jobseekers_jobintention i ON i.seeker_id = s.id AND i.rank = 1
WHERE s.region_id LIKE %(region)s AND s.created_at < %(cut)s AND s.status <> 'not_looking'
GROUP BY 1, 2, 3 ORDER BY 1, 2, 4 DESC, 3
"""

SUPPLY_PERSONS = """
SELECT s.name, s.region_id, s.education, s.experience_years, s.groups,
       (SELECT string_agg(i.title, '、' ORDER BY i.rank) FROM jobseekers_jobintention i
        WHERE i.seeker_id = s.id), s.skills, s.pay_expected, s.status,
       (s.created_at AT TIME ZONE 'Asia/Shanghai')::date
FROM jobseekers_jobseeker s
WHERE s.region_id LIKE %(region)s AND s.created_at < %(cut)s AND s.status <> 'not_looking'
ORDER BY s.region_id, s.created_at, s.id
"""

COMMISSIONERS = """
SELECT u.region_id, u.display_name, c.rank, c.office, c.phone, coalesce(e.name, ''),
       coalesce(e.credit_code, ''),
       EXISTS (SELECT 1 FROM enterprises_keylistentry k WHERE k.enterprise_id = e.id
         AND k.starts_on <= %(last)s AND (k.ends_on IS NULL OR k.ends_on > %(last)s)),
       (SELECT coalesce(sum(greatest(0, s.missing_total - (
            SELECT coalesce(sum(f.persons), 0) FROM enterprises_shortagefill f
            WHERE f.declaration_id = s.id AND f.filled_on <= %(last)s))), 0)::int
        FROM enterprises_shortagedeclaration s WHERE s.enterprise_id = e.id
          AND s.declared_at < %(cut)s AND (s.closed_at IS NULL OR s.closed_at >= %(cut)s)),
       (a.started_at AT TIME ZONE 'Asia/Shanghai')::date,
       (SELECT max(v.visited_on) FROM hotlines_visit v
        WHERE v.enterprise_id = e.id AND v.visited_on <= %(last)s)
FROM hotlines_commissioner c
JOIN accounts_user u ON u.id = c.user_id
LEFT JOIN hotlines_assignment a ON a.commissioner_id = c.id AND a.started_at < %(cut)s
     AND (a.ended_at IS NULL OR a.ended_at >= %(cut)s)
LEFT JOIN enterprises_enterprise e ON e.id = a.enterprise_id
WHERE u.region_id LIKE %(region)s AND (c.is_active OR a.id IS NOT NULL)
ORDER BY u.region_id, c.office, u.display_name, c.id, e.name
"""

KEY_ENTERPRISES = """
SELECT e.region_id, e.name, e.credit_code, key.kinds, e.staff_total, coalesce(e.size_class, ''),
       short.declared, came.persons, came.channels, short.missing, coalesce(short.reasons, ''),
       coalesce(u.display_name, '')
FROM enterprises_enterprise e
JOIN LATERAL (
    SELECT array_agg(DISTINCT k.kind ORDER BY k.kind) AS kinds FROM enterprises_keylistentry k
    WHERE k.enterprise_id = e.id AND k.starts_on <= %(last)s
      AND (k.ends_on IS NULL OR k.ends_on > %(last)s)) key ON key.kinds IS NOT NULL
CROSS JOIN LATERAL (
    SELECT coalesce(sum(s.missing_total), 0)::int AS declared,
           coalesce(sum(greatest(0, s.missing_total - f.persons)), 0)::int AS missing,
           string_agg(DISTINCT s.reason, '；') FILTER (WHERE s.missing_total > f.persons) AS reasons
    FROM enterprises_shortagedeclaration s
    CROSS JOIN LATERAL (SELECT coalesce(sum(persons), 0) AS persons FROM enterprises_shortagefill
                        WHERE declaration_id = s.id AND filled_on <= %(last)s) f
    WHERE s.enterprise_id = e.id AND s.declared_at < %(cut)s
      AND (s.closed_at IS NULL OR s.closed_at >= %(cut)s)) short
CROSS JOIN LATERAL (
    SELECT coalesce(sum(one.persons), 0)::int AS persons,
           jsonb_object_agg(one.channel, one.persons) AS channels
    FROM (SELECT f.channel, sum(f.persons) AS persons
          FROM enterprises_shortagefill f
          JOIN enterprises_shortagedeclaration s ON s.id = f.declaration_id
          WHERE s.enterprise_id = e.id AND f.filled_on BETWEEN %(since)s AND %(last)s
          GROUP BY f.channel) one) came
LEFT JOIN hotlines_assignment a ON a.enterprise_id = e.id AND a.started_at < %(cut)s
     AND (a.ended_at IS NULL OR a.ended_at >= %(cut)s)
LEFT JOIN hotlines_commissioner c ON c.id = a.commissioner_id
LEFT JOIN accounts_user u ON u.id = c.user_id
WHERE e.region_id LIKE %(region)s
ORDER BY left(e.region_id, %(width)s), short.missing DESC, e.name, e.id
"""
