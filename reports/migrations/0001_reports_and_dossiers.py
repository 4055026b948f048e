"""Reports and dossiers, and the life of each."""

import django.core.serializers.json
import django.db.models.deletion
import smartcity.lib.clock
from django.conf import settings
from django.db import migrations, models


class Migration(migrations.Migration):

    initial = True

    # Databases made before the first release had these; they go on from here.
    replaces = [
        ('reports', '0001_reports_and_their_life'),
        ('reports', '0002_the_past_cannot_change'),
        ('reports', '0003_dossiers'),
    ]

    dependencies = [
        ('evaluations', '0001_the_evaluation'),
        ('opd', '0001_the_city_and_its_plan'),
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
        migrations.CreateModel(
            name='Report',
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
                ('year', models.PositiveSmallIntegerField(verbose_name='evaluated year')),
                ('kind', models.CharField(choices=[('readiness', 'Readiness report of the city')], default='readiness', max_length=12, verbose_name='kind')),
                ('number', models.CharField(max_length=40, verbose_name='number')),
                ('version', models.PositiveIntegerField(verbose_name='version')),
                ('inputs', models.JSONField(editable=False, encoder=django.core.serializers.json.DjangoJSONEncoder, verbose_name='frozen data')),
                ('digest', models.CharField(editable=False, max_length=64, verbose_name='fingerprint of the data')),
                ('requested_role', models.CharField(max_length=16, verbose_name='in the role')),
                ('idempotency_key', models.CharField(editable=False, max_length=64, unique=True)),
                ('stage', models.CharField(choices=[('waiting', 'Waiting for its turn'), ('chapters', 'Writing the chapters'), ('layout', 'Laying out the pages'), ('write', 'Writing the PDF'), ('check', 'Checking the file')], default='waiting', max_length=8, verbose_name='stage')),
                ('cause', models.CharField(blank=True, choices=[('pages', 'The report would have more than 300 pages. Shorten the longest texts first. [RPT-PAGES]'), ('memory', 'The report needs more memory than it may use. Use fewer photos first. [RPT-MEMORY]'), ('time', 'Building took too long and was stopped. Try again when it is quieter. [RPT-TIME]'), ('broken', 'The finished file could not be opened, so it was not kept. Build it again. [RPT-FILE]'), ('crashed', 'Building stopped unexpectedly. Build it again; the data of the report is kept. [RPT-STOP]'), ('right', 'The person who asked may no longer ask for reports of this city. Build a new one. [RPT-RIGHT]'), ('schema', "The report's data was written by a newer version of the portal. [RPT-SCHEMA]"), ('storage', 'The file could not be stored; the disk may be full. Tell the administrator. [RPT-DISK]')], max_length=8, verbose_name='why it was not finished')),
                ('pages', models.PositiveIntegerField(editable=False, null=True, verbose_name='pages')),
                ('city', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='reports', to='opd.city', verbose_name='city')),
                ('requested_by', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL, verbose_name='requested by')),
                ('window', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='reports', to='evaluations.evaluationwindow', verbose_name='window')),
            ],
            options={
                'verbose_name': 'report',
                'verbose_name_plural': 'reports',
                'ordering': ['-year', '-version'],
                'abstract': False,
                'indexes': [models.Index(fields=['status', 'lease_until'], name='reports_rep_status_3e02f5_idx')],
                'constraints': [models.UniqueConstraint(fields=('city', 'year', 'kind', 'version'), name='report_version_once'), models.CheckConstraint(condition=models.Q(('percent__lte', 100)), name='report_percent_0_to_100'), models.CheckConstraint(condition=models.Q(('status', 'ready'), ('sha256', ''), _connector='XOR'), name='report_ready_has_file'), models.CheckConstraint(condition=models.Q(models.Q(('cause__gt', ''), ('status', 'failed')), models.Q(models.Q(('status', 'failed'), _negated=True), ('cause', '')), _connector='OR'), name='report_failed_has_cause'), models.CheckConstraint(condition=models.Q(models.Q(('status__in', frozenset(['building', 'queued'])), _negated=True), ('lease_until__isnull', False), _connector='OR'), name='report_under_way_has_date')],
            },
        ),
    ]
