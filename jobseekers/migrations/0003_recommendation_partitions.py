"""Recommendations by generation, each in a table of its own; those in use are taken over.

There is no way back, on purpose: the state before gave every recommendation a number of its own,
which is gone, and the table it replaces. Whoever must go back restores the backup from before; the
recommendations themselves are made anew every night.
"""

from django.db import migrations, models

import jobseekers.models.recommendation

CREATE = """
ALTER TABLE jobseekers_recommendation RENAME TO jobseekers_recommendation_before;
CREATE TABLE jobseekers_recommendation (
    generation_id bigint NOT NULL,
    seeker_id bigint NOT NULL,
    vacancy_id bigint NOT NULL,
    score integer NOT NULL,
    vacancy_rank integer NOT NULL,
    seeker_rank smallint NOT NULL,
    parts bytea NOT NULL,
    id bigint GENERATED ALWAYS AS (seeker_id * 256 + seeker_rank) VIRTUAL
) PARTITION BY LIST (generation_id);
DO $$
DECLARE
    made bigint;
    leaf text;
BEGIN
    FOR made IN SELECT id FROM jobseekers_matchgeneration WHERE state = 'current' LOOP
        leaf := 'jobseekers_recommendation_g' || made;
        EXECUTE format('CREATE TABLE %I (LIKE jobseekers_recommendation INCLUDING GENERATED)', leaf);
        EXECUTE format('ALTER TABLE %I ALTER generation_id SET DEFAULT %s', leaf, made);
        EXECUTE format(
            'INSERT INTO %I (seeker_id, vacancy_id, score, vacancy_rank, seeker_rank, parts)
             SELECT seeker_id, vacancy_id, score, vacancy_rank, seeker_rank,
                    (SELECT string_agg(int2send(point::smallint), ''''::bytea ORDER BY place)
                       FROM unnest(parts) WITH ORDINALITY points(point, place))
               FROM jobseekers_recommendation_before WHERE generation_id = %s', leaf, made);
        EXECUTE format('CREATE UNIQUE INDEX %I ON %I (seeker_id, vacancy_id)', leaf || '_pair', leaf);
        EXECUTE format('CREATE INDEX %I ON %I (vacancy_id, vacancy_rank)', leaf || '_vacancy', leaf);
        EXECUTE format(
            'ALTER TABLE jobseekers_recommendation ATTACH PARTITION %I FOR VALUES IN (%s)', leaf, made);
    END LOOP;
END $$;
DROP TABLE jobseekers_recommendation_before;
"""


class Migration(migrations.Migration):
    dependencies = [("jobseekers", "0002_plans_pushes_alerts_invitations")]

    operations = [
        migrations.SeparateDatabaseAndState(
            database_operations=[migrations.RunSQL(CREATE)],
            state_operations=[
                migrations.DeleteModel("Recommendation"),
                migrations.CreateModel(
                    name="Recommendation",
                    fields=[
                        ("id", models.BigAutoField(primary_key=True, serialize=False)),
                        ("score", models.IntegerField(verbose_name="得分")),
                        (
                            "parts",
                            jobseekers.models.recommendation.PointsField(verbose_name="得分构成"),
                        ),
                        (
                            "seeker_rank",
                            models.PositiveSmallIntegerField(verbose_name="在求职者处的位次"),
                        ),
                        (
                            "vacancy_rank",
                            models.PositiveIntegerField(verbose_name="在岗位处的位次"),
                        ),
                    ],
                    options={
                        "verbose_name": "推荐",
                        "verbose_name_plural": "推荐",
                        "db_table": "jobseekers_recommendation",
                        "ordering": ["seeker_id", "seeker_rank"],
                        "managed": False,
                    },
                ),
            ],
        ),
    ]
