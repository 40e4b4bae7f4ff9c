-- Where the two evaluators differ: another outcome, another sum, or only one of them has a result.
SELECT enterprise_id,
       provision_id,
       ours.outcome,
       ours.amount_fen,
       twin.outcome,
       twin.amount_fen
  FROM screening_results ours
  FULL JOIN crosscheck_results twin USING (enterprise_id, provision_id)
 WHERE (ours.outcome, ours.amount_fen) IS DISTINCT FROM (twin.outcome, twin.amount_fen)
 ORDER BY enterprise_id, provision_id
 LIMIT %(shown)s
