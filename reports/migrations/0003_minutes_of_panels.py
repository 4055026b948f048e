"""Minutes of panels: one document for each closed consensus; whose it is never changes, and a finished one does not go."""

import django.db.models.deletion
import smartcity.lib.clock
from django.conf import settings
from django.db import migrations, models

from smartcity.lib.triggers import refuse_changes


class Migration(migrations.Migration):

    dependencies = [
        ('evaluations', '0002_written_once'),
        ('reports', '0002_written_once'),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.CreateModel(
            name='Minutes',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('requested_at', models.DateTimeField(default=smartcity.lib.clock.now, verbose_name='requested at')),
                ('status', models.CharField(choices=[('queued', 'Waiting'), ('building', 'Being built'), ('ready', 'Ready'), ('failed', 'Not finished')], default='queued', max_length=8, verbose_name='status')),
                ('percent', models.PositiveSmallIntegerField(default=0, verbose_name='per cent')),
                ('attempts', models.PositiveSmallIntegerField(default=0, verbose_name='attempts')),
                ('lease_until', models.DateTimeField(editable=False, null=True)),
                ('lease_token', models.CharField(blank=True, editable=False, max_length=32)),
                ('started_at', models.DateTimeField(editable=False, null=True, verbose_name='started at')),
                ('finished_at', models.DateTimeField(editable=False, null=True, verbose_name='finished at')),
                ('sha256', models.CharField(blank=True, editable=False, max_length=64, verbose_name='SHA-256')),
                ('size', models.PositiveBigIntegerField(editable=False, null=True, verbose_name='size')),
                ('stage', models.CharField(choices=[('waiting', 'Waiting for its turn'), ('chapters', 'Writing the chapters'), ('layout', 'Laying out the pages'), ('write', 'Writing the PDF'), ('check', 'Checking the file')], default='waiting', max_length=8, verbose_name='stage')),
                ('cause', models.CharField(blank=True, choices=[('pages', 'The minutes would have more than 300 pages. Tell the administrator. [BA-PAGES]'), ('memory', 'The minutes need more memory than they may use. Tell the administrator. [BA-MEMORY]'), ('time', 'Building took too long and was stopped. Try again when it is quieter. [BA-TIME]'), ('broken', 'The finished file could not be opened, so it was not kept. Build it again. [BA-FILE]'), ('altered', 'The frozen consensus does not agree with its digest, so nothing was made of it. Tell the administrator. [BA-FROZEN]'), ('schema', 'The consensus was frozen by a newer version of the portal. Tell the administrator. [BA-SCHEMA]'), ('storage', 'The file could not be stored; the disk may be full. What was frozen is kept. Tell the administrator, then build the minutes again. [BA-DISK]'), ('right', 'The person who asked may no longer read this consensus. Somebody else may ask again. [BA-RIGHT]'), ('crashed', 'Building stopped unexpectedly. Build it again; what was frozen is kept. [BA-STOP]')], max_length=8, verbose_name='why it was not finished')),
                ('pages', models.PositiveIntegerField(editable=False, null=True, verbose_name='pages')),
                ('reconciliation', models.OneToOneField(on_delete=django.db.models.deletion.PROTECT, related_name='minutes', to='evaluations.reconciliation', verbose_name='reconciliation')),
                ('requested_by', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL, verbose_name='requested by')),
            ],
            options={
                'verbose_name': 'minutes of a panel',
                'verbose_name_plural': 'minutes of panels',
                'ordering': ['-requested_at'],
                'abstract': False,
                'indexes': [models.Index(fields=['status', 'lease_until'], name='reports_min_status_a4b4cd_idx')],
                'constraints': [models.CheckConstraint(condition=models.Q(('percent__lte', 100)), name='minutes_percent_0_to_100'), models.CheckConstraint(condition=models.Q(('status', 'ready'), ('sha256', ''), _connector='XOR'), name='minutes_ready_has_file'), models.CheckConstraint(condition=models.Q(models.Q(('cause__gt', ''), ('status', 'failed')), models.Q(models.Q(('status', 'failed'), _negated=True), ('cause', '')), _connector='OR'), name='minutes_failed_has_cause'), models.CheckConstraint(condition=models.Q(models.Q(('status__in', frozenset(['building', 'queued'])), _negated=True), ('lease_until__isnull', False), _connector='OR'), name='minutes_under_way_has_date')],
            },
        ),
        refuse_changes(
            "reports_minutes", when="NEW.reconciliation_id <> OLD.reconciliation_id", verbs=("UPDATE",)
        ),
        refuse_changes("reports_minutes", when="OLD.status = 'ready'", verbs=("DELETE",)),
    ]
