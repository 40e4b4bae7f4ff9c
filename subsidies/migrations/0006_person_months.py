"""The table of person-months: by month, and within a month by import, so that a month is one COPY
into a table of its own and the facts of a year read twelve of them side by side."""

from django.db import migrations

CREATE = """
CREATE TABLE subsidies_personmonth (
    person uuid NOT NULL,
    enterprise_id bigint NOT NULL,
    source_id bigint NOT NULL,
    month date NOT NULL,
    line integer NOT NULL,
    first_insured_on date,
    base_fen integer,
    paid_fen integer,
    back_paid boolean NOT NULL
) PARTITION BY RANGE (month)
"""


class Migration(migrations.Migration):
    dependencies = [("subsidies", "0005_payments_trials_applications")]

    operations = [migrations.RunSQL(CREATE, "DROP TABLE subsidies_personmonth")]
