-- Enterprises, decisions, and the hash of every result: lines of enterprise, provision, outcome and
-- fen, by enterprise and provision (by bytes).
SELECT count(DISTINCT enterprise_id),
       count(*),
       encode(
           sha256(
               convert_to(
                   coalesce(
                       string_agg(
                           enterprise_id || ' ' || provision_id || ' ' || outcome || ' ' || amount_fen,
                           E'\n'
                           ORDER BY enterprise_id, provision_id COLLATE "C"
                       ),
                       ''
                   ),
                   'UTF8'
               )
           ),
           'hex'
       )
  FROM crosscheck_results
