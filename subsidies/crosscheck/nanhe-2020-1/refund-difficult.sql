-- 邢南政发〔2020〕1号（二）: an enterprise temporarily in difficulty and likely to recover, with no
-- or few layoffs, gets either up to six months of the local benefit for each person insured at the
-- end of the year, or up to three months of the social insurance payable; the bureau chooses which
-- and how many months. More than three months chosen for the second way count as three.
INSERT INTO crosscheck_judged (enterprise_id, provision_id, barred, entitled, amount)
WITH figure AS (
    SELECT region,
           max(value) FILTER (WHERE name = 'small_headcount_limit')::numeric AS few_insured_limit,
           max(value) FILTER (WHERE name = 'control_target')::numeric AS control_target,
           max(value) FILTER (WHERE name = 'large_threshold')::numeric AS large_limit,
           max(value) FILTER (WHERE name = 'difficult_method') AS way,
           max(value) FILTER (WHERE name = 'difficult_months')::numeric AS months,
           max(value) FILTER (WHERE name = 'contribution_months_most')::numeric AS months_most,
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
       CASE figure.way
           WHEN 'benefit' THEN figure.months * figure.benefit * c.insured_end
           -- least() would pass over a NULL.
           WHEN 'contributions' THEN c.social_insurance_month_fen * CASE
               WHEN figure.months > figure.months_most THEN figure.months_most
               WHEN figure.months <= figure.months_most THEN figure.months
           END
       END
  FROM crosscheck_cases c
  JOIN figure USING (region);
