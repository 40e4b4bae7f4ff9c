-- From what was judged to outcomes and fen. Order: excluded, deny, review, grant; nothing to pay is
-- a refusal. Half a fen and more is rounded up, once, here. Then at most one grant in each group.
--
-- groups: [{provision_id, name, position, by_amount, waits, never_both}], one row per
-- member of a group. never_both: two grants contradict each other, a person looks at both.
INSERT INTO crosscheck_results (enterprise_id, provision_id, outcome, amount_fen)
WITH settled AS (
    SELECT judged.enterprise_id,
           judged.provision_id,
           member.name AS group_name,
           member.position,
           member.by_amount,
           member.waits,
           member.never_both,
           floor(judged.amount + 0.5) AS fen,
           CASE
               WHEN judged.barred THEN 'excluded'
               WHEN NOT judged.entitled THEN 'deny'
               -- Whatever is still unknown: nothing is paid.
               WHEN floor(judged.amount + 0.5) = 0 THEN 'deny'
               WHEN judged.barred IS NULL OR judged.entitled IS NULL OR judged.amount IS NULL
                   THEN 'review'
               ELSE 'grant'
           END AS outcome
      FROM crosscheck_judged judged
      LEFT JOIN jsonb_to_recordset(%(groups)s::jsonb) AS member(
               provision_id text, name text, position int, by_amount boolean, waits boolean,
               never_both boolean
           ) USING (provision_id)
), contested AS (
    SELECT enterprise_id,
           provision_id,
           row_number() OVER (
               PARTITION BY enterprise_id, group_name
               ORDER BY outcome = 'grant' DESC, CASE WHEN by_amount THEN fen END DESC, position
           ) = 1 AS wins,
           waits AND bool_or(outcome = 'review') OVER the_group
               OR never_both AND count(*) FILTER (WHERE outcome = 'grant') OVER the_group > 1
               AS is_held
      FROM settled
     WHERE group_name IS NOT NULL AND outcome IN ('grant', 'review')
    WINDOW the_group AS (PARTITION BY enterprise_id, group_name)
), final AS (
    SELECT settled.enterprise_id,
           settled.provision_id,
           CASE
               WHEN settled.outcome <> 'grant' THEN settled.outcome
               WHEN contested.is_held THEN 'review'
               WHEN NOT contested.wins THEN 'excluded'
               ELSE 'grant'
           END AS outcome,
           settled.fen
      FROM settled
      LEFT JOIN contested USING (enterprise_id, provision_id)
)
SELECT enterprise_id, provision_id, outcome, CASE WHEN outcome = 'grant' THEN fen ELSE 0 END
  FROM final;
