-- 常人社发〔2020〕17号（十）: wholesale and retail, lodging and catering, logistics and transport,
-- culture and tourism, hit hard by the epidemic, with no or few layoffs: as for enterprises in
-- difficulty, for the one to three months the bureau chose.
INSERT INTO crosscheck_judged (enterprise_id, provision_id, barred, entitled, amount)
WITH figure AS (
    SELECT region,
           max(value) FILTER (WHERE name = 'small_headcount_limit')::numeric AS few_insured_limit,
           max(value) FILTER (WHERE name = 'control_target')::numeric AS control_target,
           max(value) FILTER (WHERE name = 'large_threshold')::numeric AS large_limit,
           max(value) FILTER (WHERE name = 'hard_hit_months')::numeric AS months,
           max(value) FILTER (WHERE name = 'benefit_monthly_fen')::numeric AS benefit
      FROM crosscheck_figures
     GROUP BY region
), trade AS (
    SELECT held.industry,
           CASE
               WHEN bool_or(starts_with(held.industry, code)) THEN true
               -- Registered above one of the trades (L72 holds L7291): it may be one or not.
               WHEN bool_or(starts_with(code, held.industry)) THEN NULL
               ELSE false
           END AS is_hard_hit
      FROM (SELECT DISTINCT industry FROM crosscheck_cases WHERE industry IS NOT NULL) held
     CROSS JOIN unnest(%(trades)s::text[]) AS code
     GROUP BY held.industry
)
SELECT c.enterprise_id,
       %(provision_id)s,
       false,
       c.in_place
           AND c.of_last_year
           AND %(in_force)s
           AND trade.is_hard_hit
           AND c.hit_by_epidemic
           AND c.decline <= c.insured_start * CASE
               WHEN c.insured_end <= %(few_insured)s THEN figure.few_insured_limit
               WHEN c.size = 'large' THEN figure.large_limit
               WHEN c.size IN ('medium', 'small', 'micro') THEN figure.control_target
           END,
       c.insured_end * figure.benefit * figure.months
  FROM crosscheck_cases c
  JOIN figure USING (region)
  LEFT JOIN trade USING (industry);
