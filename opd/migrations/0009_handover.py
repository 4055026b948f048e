"""Acting officers, handovers, and quick wins that go on from an earlier one."""

import django.db.models.deletion
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("opd", "0008_finding_and_calendar")]

    operations = [
        migrations.AddField(
            model_name="membership",
            name="acting",
            field=models.BooleanField(
                default=False,
                help_text="Holds the office for a time, in the place of its holder.",
                verbose_name="acting officer",
            ),
        ),
        migrations.AddField(
            model_name="quickwin",
            name="continues",
            field=models.ForeignKey(
                editable=False,
                null=True,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="continued_by",
                to="opd.quickwin",
                verbose_name="continues",
            ),
        ),
    ]
