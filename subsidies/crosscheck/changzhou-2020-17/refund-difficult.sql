-- 常人社发〔2020〕17号（十）: an enterprise temporarily in difficulty and likely to recover, with no
-- or few layoffs, gets so many months of the local average unemployment benefit for each person
-- insured at the end of the year. The layoff limits are those of refund-general.
INSERT INTO crosscheck_judged (enterprise_id, provision_id, barred, entitled, amount)
WITH figure AS (
    SELECT region,
           max(value) FILTER (WHERE name = 'small_headcount_limit')::numeric AS few_insured_limit,
           max(value) FILTER (WHERE name = 'control_target')::numeric AS control_target,
           max(value) FILTER (WHERE name = 'large_threshold')::numeric AS large_limit,
           max(value) FILTER (WHERE name = 'difficult_refund_months')::numeric AS months,
           max(value) FILTER (WHERE name = 'benefit_monthly_fen')::numeric AS benefit
      FROM crosscheck_figures
     GROUP BY region
)
SELECT c.enterprise_id,
       %(provision_id)s,
       false,
       c.in_place
           AND c.of_last_year
           AND %(in_force)s
           AND c.difficult_certified
           AND c.decline <= c.insured_start * CASE
               WHEN c.insured_end <= %(few_insured)s THEN figure.few_insured_limit
               WHEN c.size = 'large' THEN figure.large_limit
               WHEN c.size IN ('medium', 'small', 'micro') THEN figure.control_target
           END,
       c.insured_end * figure.benefit * figure.months
  FROM crosscheck_cases c
  JOIN figure USING (region);
