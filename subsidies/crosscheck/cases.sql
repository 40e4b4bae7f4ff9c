-- One policy's cases: every enterprise of screening_facts, whether it lies in the place of the
-- policy, and the figures that hold where it lies. Unknown is NULL everywhere.
--
-- codes: six-digit codes of the place, former ones too; none in a template, which any place is in.
-- below: whether what lies below counts.
-- parameters: [{name, by, is_local}]. dated: [{name, first, last, value}], both days included,
-- null is open. chosen: [{name, region, value}], the bureaus' own figures by code prefix.

DROP TABLE IF EXISTS crosscheck_places, crosscheck_figures, crosscheck_cases;

-- Pairs of zeros at the end of a code stand for "all below": 320400 is 3204.
CREATE TEMP TABLE crosscheck_places ON COMMIT DROP AS
WITH place AS (
    SELECT code AS region,
           CASE
               WHEN length(code) > 6 AND substr(code, 7) !~ '^0+$' THEN code
               ELSE regexp_replace(left(code, 6), '(00)+$', '')
           END AS held
      FROM (SELECT DISTINCT coalesce(region, '') AS code FROM screening_facts) distinct_codes
), jurisdiction AS (
    SELECT regexp_replace(code, '(00)+$', '') AS code FROM unnest(%(codes)s::text[]) AS code
)
SELECT place.region,
       CASE
           WHEN place.held = '' THEN NULL
           WHEN count(jurisdiction.code) = 0 THEN true
           WHEN bool_or(
               CASE WHEN %(below)s THEN starts_with(place.held, jurisdiction.code)
                    ELSE place.held = jurisdiction.code END
           ) THEN true
           -- Registered above the place, say only with the province: it may lie in it or not.
           WHEN bool_or(starts_with(jurisdiction.code, place.held)) THEN NULL
           ELSE false
       END AS in_place
  FROM place LEFT JOIN jurisdiction ON true
 GROUP BY place.region, place.held;

CREATE TEMP TABLE crosscheck_figures ON COMMIT DROP AS
WITH parameter AS (
    SELECT * FROM jsonb_to_recordset(%(parameters)s::jsonb)
        AS p(name text, by text, is_local boolean)
), dated AS (
    SELECT * FROM jsonb_to_recordset(%(dated)s::jsonb)
        AS d(name text, first date, last date, value text)
), chosen AS (
    SELECT * FROM jsonb_to_recordset(%(chosen)s::jsonb)
        AS c(name text, region text, value text)
)
SELECT crosscheck_places.region,
       parameter.name,
       coalesce(nearest.value, standing.value) AS value
  FROM crosscheck_places
 CROSS JOIN parameter
  -- Of a city's and a district's figure the district's holds.
  LEFT JOIN LATERAL (
      SELECT chosen.value
        FROM chosen
       WHERE parameter.is_local
         AND chosen.name = parameter.name
         AND starts_with(crosscheck_places.region, chosen.region)
       ORDER BY length(chosen.region) DESC
       LIMIT 1
  ) nearest ON true
  LEFT JOIN LATERAL (
      SELECT dated.value
        FROM dated
       WHERE dated.name = parameter.name
         AND CASE parameter.by
                 WHEN 'base_year' THEN make_date(%(base_year)s, 1, 1)
                 ELSE %(legal_date)s::date
             END BETWEEN coalesce(dated.first, '-infinity') AND coalesce(dated.last, 'infinity')
  ) standing ON true;

CREATE TEMP TABLE crosscheck_cases ON COMMIT DROP AS
SELECT f.enterprise_id::bigint AS enterprise_id,
       coalesce(f.region, '') AS region,
       p.in_place,
       %(base_year)s::int AS base_year,
       %(base_year)s = extract(year FROM %(legal_date)s::date) - 1 AS of_last_year,
       f.size::text AS size,
       f.industry::text AS industry,
       f.insured_start::numeric AS insured_start,
       f.insured_end::numeric AS insured_end,
       -- headcount_decline@1; nobody insured at the start: there is nothing to divide by.
       CASE
           WHEN f.insured_start = 0 THEN NULL
           WHEN f.insured_end >= f.insured_start THEN 0
           ELSE f.insured_start - f.insured_end
       END::numeric AS decline,
       f.premium_enterprise_fen::numeric AS premium_enterprise_fen,
       f.premium_employee_fen::numeric AS premium_employee_fen,
       f.social_insurance_month_fen::numeric AS social_insurance_month_fen,
       f.paid_months,
       f.entity_kind,
       f.difficult_certified,
       f.hit_by_epidemic,
       f.dispatch_company,
       f.dishonest
  FROM screening_facts f
  JOIN crosscheck_places p ON p.region = coalesce(f.region, '');
