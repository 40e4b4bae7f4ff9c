-- The national refund of 2021 to 2025, as cities adopted it: a share of what enterprise and
-- employees paid last year, by the size of the enterprise; social organisations, law and accounting
-- firms and insured individual businesses count as small ones, from records of 2021 on. Twelve
-- months paid; layoffs at most 20 per cent with 30 or fewer insured, else at most the national
-- control target. Dispatch companies apply on their own; dishonest enterprises get nothing from
-- 2024 on.
INSERT INTO crosscheck_judged (enterprise_id, provision_id, barred, entitled, amount)
WITH figure AS (
    SELECT region,
           max(value) FILTER (WHERE name = 'small_headcount_limit')::numeric AS few_insured_limit,
           max(value) FILTER (WHERE name = 'control_target')::numeric AS control_target,
           max(value) FILTER (WHERE name = 'large_rate')::numeric AS large_rate,
           max(value) FILTER (WHERE name = 'sme_rate')::numeric AS sme_rate,
           max(value) FILTER (WHERE name = 'other_kinds_rate_2021')::numeric AS early_other_rate
      FROM crosscheck_figures
     GROUP BY region
)
SELECT c.enterprise_id,
       %(provision_id)s,
       c.dispatch_company OR (c.dishonest AND c.base_year >= %(dishonest_from)s),
       c.in_place
           AND c.of_last_year
           AND %(in_force)s
           AND c.paid_months >= %(months_required)s
           AND c.decline <= c.insured_start * CASE
               WHEN c.insured_end <= %(few_insured)s THEN figure.few_insured_limit
               ELSE figure.control_target
           END,
       (c.premium_enterprise_fen + c.premium_employee_fen) * CASE
           WHEN c.entity_kind = 'enterprise' THEN CASE
               WHEN c.size = 'large' THEN figure.large_rate
               WHEN c.size IN ('medium', 'small', 'micro') THEN figure.sme_rate
           END
           WHEN c.entity_kind IN (
               'social_group', 'foundation', 'social_service', 'law_firm', 'accounting_firm',
               'individual_business'
           ) THEN CASE
               WHEN c.base_year >= %(others_as_small_from)s THEN figure.sme_rate
               ELSE figure.early_other_rate
           END
       END
  FROM crosscheck_cases c
  JOIN figure USING (region);
