-- How many differences, and of how many enterprises.
SELECT count(*), count(DISTINCT enterprise_id)
  FROM screening_results ours
  FULL JOIN crosscheck_results twin USING (enterprise_id, provision_id)
 WHERE (ours.outcome, ours.amount_fen) IS DISTINCT FROM (twin.outcome, twin.amount_fen)
