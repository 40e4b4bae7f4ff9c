-- 邢南政发〔2020〕1号（二）: a small, medium or micro enterprise with no or few layoffs gets back the
-- share the bureau chose (up to all) of what it and its employees paid last year. Layoffs: at most
-- 20 per cent with 30 or fewer insured, else at most the national control target.
INSERT INTO crosscheck_judged (enterprise_id, provision_id, barred, entitled, amount)
WITH figure AS (
    SELECT region,
           max(value) FILTER (WHERE name = 'small_headcount_limit')::numeric AS few_insured_limit,
           max(value) FILTER (WHERE name = 'control_target')::numeric AS control_target,
           max(value) FILTER (WHERE name = 'large_threshold')::numeric AS large_limit,
           max(value) FILTER (WHERE name = 'refund_rate')::numeric AS rate
      FROM crosscheck_figures
     GROUP BY region
)
SELECT c.enterprise_id,
       %(provision_id)s,
       false,
       c.in_place
           AND c.of_last_year
           AND %(in_force)s
           AND c.size IN ('medium', 'small', 'micro')
           AND c.decline <= c.insured_start * CASE
               WHEN c.insured_end <= %(few_insured)s THEN figure.few_insured_limit
               WHEN c.size = 'large' THEN figure.large_limit
               WHEN c.size IN ('medium', 'small', 'micro') THEN figure.control_target
           END,
       (c.premium_enterprise_fen + c.premium_employee_fen) * figure.rate
  FROM crosscheck_cases c
  JOIN figure USING (region);
