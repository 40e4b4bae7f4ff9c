from django.db import migrations

# Until now an enterprise of any trade could call itself an accounting firm, and nobody looked. In
# the accounting trade it declares anew and the licence's reviewer confirms; elsewhere the code
# decides (enterprises/entity_kind.py). By the triggers it is on record.
DERIVED = """
UPDATE enterprises_enterprise
   SET entity_kind = CASE WHEN starts_with('L7241', industry_id) THEN NULL ELSE 'enterprise' END
 WHERE left(credit_code, 2) = '91'
   AND (entity_kind = 'accounting_firm'
        OR (entity_kind = 'enterprise' AND starts_with('L7241', industry_id)))
"""


class Migration(migrations.Migration):
    dependencies = [("enterprises", "0004_entity_kind")]

    operations = [migrations.RunSQL(DERIVED, migrations.RunSQL.noop)]
