-- What the twins judge, and what comes of it; both are the run's own and go with its transaction.
-- barred: an exclusion holds. entitled: every condition holds. amount: before rounding, in fen.

DROP TABLE IF EXISTS crosscheck_judged, crosscheck_results;

CREATE TEMP TABLE crosscheck_judged (
    enterprise_id bigint NOT NULL,
    provision_id text NOT NULL,
    barred boolean,
    entitled boolean,
    amount numeric
) ON COMMIT DROP;

CREATE TEMP TABLE crosscheck_results (
    enterprise_id bigint NOT NULL,
    provision_id text NOT NULL,
    outcome text NOT NULL,
    amount_fen bigint NOT NULL
) ON COMMIT DROP;
