-- 锦州八项举措（四）: screened from the records, 80 per cent of what enterprise and employees paid. The
-- report says nothing on layoffs: the national limits, for every size of enterprise. Whoever was
-- paid before is barred by the register of payments, which the screening does not look at.
INSERT INTO crosscheck_judged (enterprise_id, provision_id, barred, entitled, amount)
WITH figure AS (
    SELECT region,
           max(value) FILTER (WHERE name = 'small_headcount_limit')::numeric AS few_insured_limit,
           max(value) FILTER (WHERE name = 'control_target')::numeric AS control_target,
           max(value) FILTER (WHERE name = 'fixed_rate')::numeric AS rate
      FROM crosscheck_figures
     GROUP BY region
)
SELECT c.enterprise_id,
       %(provision_id)s,
       false,
       c.in_place
           AND c.of_last_year
           AND %(in_force)s
           AND c.decline <= c.insured_start * CASE
               WHEN c.insured_end <= %(few_insured)s THEN figure.few_insured_limit
               ELSE figure.control_target
           END,
       (c.premium_enterprise_fen + c.premium_employee_fen) * figure.rate
  FROM crosscheck_cases c
  JOIN figure USING (region);
