"""A window may rehearse another one; what it was prepared as it stays, and no rehearsal is ever made a real one."""

import django.db.models.deletion
from django.db import migrations, models

from smartcity.lib.triggers import refuse_changes


class Migration(migrations.Migration):

    dependencies = [("evaluations", "0002_written_once")]

    operations = [
        migrations.AddField(
            model_name='evaluationwindow',
            name='rehearsal_of',
            field=models.ForeignKey(editable=False, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='evaluations.evaluationwindow', verbose_name='rehearsal of'),
        ),
        migrations.AddField(
            model_name='seat',
            name='own_questions',
            field=models.ManyToManyField(related_name='+', to='evaluations.question', verbose_name='own questions'),
        ),
        migrations.AddConstraint(
            model_name='evaluationwindow',
            constraint=models.UniqueConstraint(condition=models.Q(('status', 'closed'), _negated=True), fields=('rehearsal_of',), name='rehearsal_one_at_a_time', violation_error_message='A rehearsal of this window is not closed yet.'),
        ),
        # a closed window never opens again: its result is written
        refuse_changes(
            "evaluations_evaluationwindow",
            when="(OLD.status = 'closed' AND (NEW.status <> 'closed' OR NEW.closes_at <> OLD.closes_at "
            "OR NEW.instrument_id <> OLD.instrument_id)) "
            "OR NEW.rehearsal_of_id IS DISTINCT FROM OLD.rehearsal_of_id",
            verbs=("UPDATE",),
        ),
    ]
