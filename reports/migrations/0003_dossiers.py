"""Dossiers: one for each snapshot; whose it is never changes, and a finished one does not go."""

import django.db.models.deletion
import smartcity.lib.clock
from django.conf import settings
from django.db import migrations, models

from smartcity.lib.triggers import refuse_changes


class Migration(migrations.Migration):

    dependencies = [
        ('evaluations', '0007_official_results'),
        ('reports', '0002_the_past_cannot_change'),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.CreateModel(
            name='Dossier',
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
                ('stage', models.CharField(choices=[('waiting', 'Waiting for its turn'), ('read', 'Reading what was frozen'), ('copy', 'Copying the evidence'), ('check', 'Checking the file')], default='waiting', max_length=8, verbose_name='stage')),
                ('cause', models.CharField(blank=True, choices=[('missing', 'A file of the evidence is missing in the store or was changed there. The administrator restores it from the backup; then build the dossier again. [DOS-FILE]'), ('altered', 'The frozen material does not agree with its digest, so nothing was made of it. Tell the administrator. [DOS-FROZEN]'), ('schema', 'The material was frozen by a newer version of the portal. Tell the administrator. [DOS-SCHEMA]'), ('time', 'Building took too long and was stopped. Try again when it is quieter. [DOS-TIME]'), ('storage', 'The file could not be stored; the disk may be full. What was frozen is kept. Tell the administrator, then build the dossier again. [DOS-DISK]'), ('right', 'The person who asked may no longer read this material. Somebody else may ask again. [DOS-RIGHT]'), ('crashed', 'Building stopped unexpectedly. Build it again; what was frozen is kept. [DOS-STOP]')], max_length=8, verbose_name='why it was not finished')),
                ('detail', models.CharField(blank=True, editable=False, max_length=300, verbose_name='where')),
                ('entries', models.PositiveIntegerField(editable=False, null=True, verbose_name='files inside')),
                ('requested_by', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL, verbose_name='requested by')),
                ('snapshot', models.OneToOneField(on_delete=django.db.models.deletion.PROTECT, related_name='dossier', to='evaluations.snapshot', verbose_name='snapshot')),
            ],
            options={
                'verbose_name': 'dossier',
                'verbose_name_plural': 'dossiers',
                'ordering': ['-requested_at'],
                'abstract': False,
                'indexes': [models.Index(fields=['status', 'lease_until'], name='reports_dos_status_f46c38_idx')],
                'constraints': [models.CheckConstraint(condition=models.Q(('percent__lte', 100)), name='dossier_percent_0_to_100'), models.CheckConstraint(condition=models.Q(('status', 'ready'), ('sha256', ''), _connector='XOR'), name='dossier_ready_has_file'), models.CheckConstraint(condition=models.Q(models.Q(('cause__gt', ''), ('status', 'failed')), models.Q(models.Q(('status', 'failed'), _negated=True), ('cause', '')), _connector='OR'), name='dossier_failed_has_cause'), models.CheckConstraint(condition=models.Q(models.Q(('status__in', frozenset(['building', 'queued'])), _negated=True), ('lease_until__isnull', False), _connector='OR'), name='dossier_under_way_has_date')],
            },
        ),
        refuse_changes(
            "reports_dossier", when="NEW.snapshot_id <> OLD.snapshot_id", verbs=("UPDATE",)
        ),
        refuse_changes("reports_dossier", when="OLD.status = 'ready'", verbs=("DELETE",)),
    ]
