"""The masterplan and its programmes, their progress by quarter, and what the board is counted from."""

import django.core.validators
import django.db.models.deletion
import smartcity.lib.clock
import smartcity.lib.text
from decimal import Decimal
from django.conf import settings
from django.db import migrations, models

from smartcity.lib.triggers import refuse_changes


class Migration(migrations.Migration):

    dependencies = [
        ('dimensions', '0001_the_yardstick'),
        ('opd', '0003_indexes_follow_the_lists'),
    ]

    operations = [
        migrations.CreateModel(
            name='ProgressEvent',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('move', models.CharField(max_length=20, verbose_name='move')),
                ('source', models.CharField(blank=True, max_length=12, verbose_name='from')),
                ('target', models.CharField(blank=True, max_length=12, verbose_name='to')),
                ('role', models.CharField(blank=True, max_length=16, verbose_name='role')),
                ('note', models.TextField(blank=True, max_length=4000, verbose_name='note')),
                ('at', models.DateTimeField(default=smartcity.lib.clock.now, verbose_name='at')),
                ('notified_at', models.DateTimeField(editable=False, null=True, verbose_name='notified at')),
            ],
            options={
                'ordering': ['-at', '-pk'],
                'abstract': False,
            },
        ),
        migrations.CreateModel(
            name='ProgressNote',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('field', models.CharField(max_length=30, verbose_name='field')),
                ('text', models.TextField(max_length=2000, validators=[smartcity.lib.text.plain_text], verbose_name='note')),
                ('created_at', models.DateTimeField(default=smartcity.lib.clock.now)),
                ('sent_at', models.DateTimeField(null=True, verbose_name='sent at')),
                ('answered_at', models.DateTimeField(null=True, verbose_name='answered at')),
                ('reply', models.TextField(blank=True, max_length=2000, validators=[smartcity.lib.text.plain_text], verbose_name='reply')),
            ],
            options={
                'verbose_name': 'note',
                'verbose_name_plural': 'notes',
                'ordering': ['created_at', 'pk'],
                'abstract': False,
            },
        ),
        migrations.CreateModel(
            name='ProgressSubmission',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('sequence', models.PositiveSmallIntegerField(verbose_name='sequence')),
                ('number', models.CharField(max_length=60, unique=True, verbose_name='number')),
                ('at', models.DateTimeField(default=smartcity.lib.clock.now, verbose_name='at')),
                ('role', models.CharField(max_length=16, verbose_name='role')),
                ('payload', models.JSONField()),
                ('digest', models.CharField(max_length=64, verbose_name='digest')),
                ('idempotency_key', models.CharField(max_length=64, null=True, unique=True)),
            ],
            options={
                'verbose_name': 'receipt',
                'verbose_name_plural': 'receipts',
                'ordering': ['progress', 'sequence'],
            },
        ),
        migrations.CreateModel(
            name='ProgressTally',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('year', models.PositiveSmallIntegerField()),
                ('quarter', models.PositiveSmallIntegerField()),
                ('draft', models.PositiveIntegerField(default=0)),
                ('proposed', models.PositiveIntegerField(default=0)),
                ('submitted', models.PositiveIntegerField(default=0)),
                ('returned', models.PositiveIntegerField(default=0)),
                ('verified', models.PositiveIntegerField(default=0)),
                ('late', models.PositiveIntegerField(default=0)),
                ('corrected', models.PositiveIntegerField(default=0)),
                ('filled', models.PositiveIntegerField(default=0)),
                ('total', models.PositiveIntegerField(default=0)),
            ],
        ),
        migrations.CreateModel(
            name='ReportingPeriod',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('version', models.PositiveIntegerField(default=1, editable=False, verbose_name='version')),
                ('year', models.PositiveSmallIntegerField(validators=[django.core.validators.MinValueValidator(2017), django.core.validators.MaxValueValidator(2100)], verbose_name='year')),
                ('quarter', models.PositiveSmallIntegerField(validators=[django.core.validators.MinValueValidator(1), django.core.validators.MaxValueValidator(4)], verbose_name='quarter')),
                ('opens_on', models.DateField(verbose_name='open from')),
                ('due_at', models.DateTimeField(verbose_name='due')),
                ('remind_operator_on', models.DateField(verbose_name='remind the operator on')),
                ('remind_head_on', models.DateField(verbose_name='remind the OPD head on')),
                ('remind_assistant_on', models.DateField(verbose_name='inform the assistant on')),
                ('sample', models.BooleanField(default=False, verbose_name='example')),
            ],
            options={
                'verbose_name': 'reporting period',
                'verbose_name_plural': 'reporting periods',
                'ordering': ['year', 'quarter'],
            },
        ),
        migrations.CreateModel(
            name='Strategy',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('order', models.PositiveSmallIntegerField(default=1, verbose_name='order')),
                ('text', models.CharField(max_length=300, validators=[smartcity.lib.text.plain_text], verbose_name='strategy')),
                ('sample', models.BooleanField(default=False, verbose_name='example')),
            ],
            options={
                'verbose_name': 'strategy',
                'verbose_name_plural': 'strategies',
                'ordering': ['dimension__order', 'order', 'pk'],
            },
        ),
        migrations.AlterField(
            model_name='evidence',
            name='quick_win',
            field=models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.CASCADE, related_name='evidence', to='opd.quickwin', verbose_name='quick win'),
        ),
        migrations.AlterField(
            model_name='submission',
            name='number',
            field=models.CharField(max_length=60, unique=True, verbose_name='number'),
        ),
        migrations.CreateModel(
            name='CityBudget',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('version', models.PositiveIntegerField(default=1, editable=False, verbose_name='version')),
                ('year', models.PositiveSmallIntegerField(validators=[django.core.validators.MinValueValidator(2017), django.core.validators.MaxValueValidator(2100)], verbose_name='year')),
                ('total', models.DecimalField(decimal_places=2, max_digits=20, validators=[django.core.validators.MinValueValidator(Decimal('0.01'))], verbose_name='total APBD')),
                ('source', models.CharField(blank=True, max_length=200, validators=[smartcity.lib.text.plain_text], verbose_name='source')),
                ('sample', models.BooleanField(default=False, verbose_name='example')),
                ('city', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='budgets', to='opd.city', verbose_name='city')),
            ],
            options={
                'verbose_name': 'budget of the city',
                'verbose_name_plural': 'budgets of the city',
                'ordering': ['-year'],
            },
        ),
        migrations.CreateModel(
            name='MasterPlan',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('created_at', models.DateTimeField(default=smartcity.lib.clock.now, editable=False, verbose_name='created at')),
                ('updated_at', models.DateTimeField(default=smartcity.lib.clock.now, editable=False, verbose_name='updated at')),
                ('version', models.PositiveIntegerField(default=1, editable=False, verbose_name='version')),
                ('title', models.CharField(max_length=200, validators=[smartcity.lib.text.plain_text], verbose_name='title')),
                ('regulation', models.CharField(blank=True, help_text='For example Perwako 84/2020.', max_length=120, validators=[smartcity.lib.text.plain_text], verbose_name='regulation')),
                ('regulation_date', models.DateField(blank=True, null=True, verbose_name='date of the regulation')),
                ('year_from', models.PositiveSmallIntegerField(validators=[django.core.validators.MinValueValidator(2017), django.core.validators.MaxValueValidator(2100)], verbose_name='first year')),
                ('year_to', models.PositiveSmallIntegerField(validators=[django.core.validators.MinValueValidator(2017), django.core.validators.MaxValueValidator(2100)], verbose_name='last year')),
                ('vision', models.TextField(blank=True, max_length=2000, validators=[smartcity.lib.text.plain_text], verbose_name='vision')),
                ('sample_fields', models.JSONField(default=list, editable=False)),
                ('city', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='plans', to='opd.city', verbose_name='city')),
            ],
            options={
                'verbose_name': 'masterplan',
                'verbose_name_plural': 'masterplans',
                'ordering': ['-year_from', 'pk'],
            },
        ),
        migrations.CreateModel(
            name='PlanTally',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('year', models.PositiveSmallIntegerField()),
                ('programs', models.PositiveIntegerField(default=0)),
                ('expected', models.PositiveIntegerField(default=0)),
                ('not_started', models.PositiveIntegerField(default=0)),
                ('in_discussion', models.PositiveIntegerField(default=0)),
                ('running', models.PositiveIntegerField(default=0)),
                ('done', models.PositiveIntegerField(default=0)),
                ('stopped', models.PositiveIntegerField(default=0)),
                ('unknown', models.PositiveIntegerField(default=0)),
                ('with_target', models.PositiveIntegerField(default=0)),
                ('measured', models.PositiveIntegerField(default=0)),
                ('reached', models.PositiveIntegerField(default=0)),
                ('budget_apbd', models.DecimalField(decimal_places=2, default=0, max_digits=20)),
                ('budget_other', models.DecimalField(decimal_places=2, default=0, max_digits=20)),
                ('absorbed', models.DecimalField(decimal_places=2, default=0, max_digits=20)),
                ('city', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='+', to='opd.city')),
                ('dimension', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='+', to='dimensions.smartdimension')),
                ('opd', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='+', to='opd.opd')),
            ],
        ),
        migrations.CreateModel(
            name='Program',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('created_at', models.DateTimeField(default=smartcity.lib.clock.now, editable=False, verbose_name='created at')),
                ('updated_at', models.DateTimeField(default=smartcity.lib.clock.now, editable=False, verbose_name='updated at')),
                ('version', models.PositiveIntegerField(default=1, editable=False, verbose_name='version')),
                ('partners', models.TextField(blank=True, max_length=1000, validators=[smartcity.lib.text.plain_text], verbose_name='outside partners')),
                ('status', models.CharField(choices=[('draft', 'Draft'), ('submitted', 'Submitted'), ('returned', 'Returned'), ('approved', 'Approved')], default='draft', editable=False, max_length=12, verbose_name='status')),
                ('code', models.CharField(max_length=30, validators=[smartcity.lib.text.plain_text], verbose_name='programme code')),
                ('name', models.CharField(max_length=300, validators=[smartcity.lib.text.plain_text], verbose_name='work programme')),
                ('strategy', models.CharField(blank=True, max_length=300, validators=[smartcity.lib.text.plain_text], verbose_name='strategy or objective')),
                ('horizon', models.CharField(blank=True, choices=[('SHORT', 'Short term'), ('MEDIUM', 'Medium term'), ('LONG', 'Long term')], max_length=8, verbose_name='horizon')),
                ('category', models.CharField(blank=True, choices=[('POLICY', 'Policy'), ('INSTITUTION', 'Institution'), ('INFRASTRUCTURE', 'Infrastructure'), ('APPLICATION', 'Application'), ('LITERACY', 'Literacy'), ('SERVICE', 'Service')], max_length=16, verbose_name='category')),
                ('activity', models.CharField(blank=True, max_length=300, validators=[smartcity.lib.text.plain_text], verbose_name='activity')),
                ('sub_activity', models.CharField(blank=True, max_length=300, validators=[smartcity.lib.text.plain_text], verbose_name='sub-activity')),
                ('sub_activity_code', models.CharField(blank=True, max_length=24, validators=[django.core.validators.RegexValidator('^\\d\\.\\d{2}\\.\\d{2}\\.[12]\\.\\d{2}\\.(\\d{2}|\\d{4})$', 'Write the code like 2.16.03.2.02.09. [QW-CODE]')], verbose_name='sub-activity code')),
                ('indicator', models.CharField(blank=True, max_length=300, validators=[smartcity.lib.text.plain_text], verbose_name='indicator')),
                ('unit', models.CharField(blank=True, max_length=60, validators=[smartcity.lib.text.plain_text], verbose_name='unit')),
                ('baseline', models.DecimalField(blank=True, decimal_places=4, max_digits=18, null=True, verbose_name='baseline')),
                ('measure', models.CharField(choices=[('cumulative', 'Up to the end of the quarter'), ('per_period', 'Of each quarter, to be added')], default='cumulative', max_length=12, verbose_name='value of a quarter')),
                ('better', models.CharField(choices=[('up', 'Higher is better'), ('down', 'Lower is better')], default='up', max_length=4, verbose_name='direction')),
                ('start_date', models.DateField(blank=True, null=True, verbose_name='start')),
                ('end_date', models.DateField(blank=True, null=True, verbose_name='end')),
                ('updated_on', models.DateField(blank=True, null=True, verbose_name='updated on')),
                ('note', models.TextField(blank=True, max_length=2000, validators=[smartcity.lib.text.plain_text], verbose_name='note')),
                ('sample_fields', models.JSONField(default=list, editable=False)),
                ('submitted_at', models.DateTimeField(editable=False, null=True, verbose_name='submitted at')),
                ('approved_at', models.DateTimeField(editable=False, null=True, verbose_name='approved at')),
                ('idempotency_key', models.CharField(editable=False, max_length=64, null=True, unique=True)),
                ('city', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='programs', to='opd.city', verbose_name='city')),
                ('created_by', models.ForeignKey(editable=False, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL)),
                ('dimension', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='dimensions.smartdimension', verbose_name='dimension')),
                ('opd', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='programs', to='opd.opd', verbose_name='lead agency')),
                ('plan', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='programs', to='opd.masterplan', verbose_name='masterplan')),
                ('quick_wins', models.ManyToManyField(blank=True, related_name='programs', to='opd.quickwin', verbose_name='quick wins')),
                ('sub_dimension', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='dimensions.subdimension', verbose_name='sub-dimension')),
                ('supporting', models.ManyToManyField(blank=True, related_name='supported_programs', to='opd.opd', verbose_name='supporting agencies')),
            ],
            options={
                'verbose_name': 'programme',
                'verbose_name_plural': 'programmes',
                'ordering': ['code'],
            },
        ),
        migrations.CreateModel(
            name='ProgramEvent',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('move', models.CharField(max_length=20, verbose_name='move')),
                ('source', models.CharField(blank=True, max_length=12, verbose_name='from')),
                ('target', models.CharField(blank=True, max_length=12, verbose_name='to')),
                ('role', models.CharField(blank=True, max_length=16, verbose_name='role')),
                ('note', models.TextField(blank=True, max_length=4000, verbose_name='note')),
                ('at', models.DateTimeField(default=smartcity.lib.clock.now, verbose_name='at')),
                ('notified_at', models.DateTimeField(editable=False, null=True, verbose_name='notified at')),
                ('actor', models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL, verbose_name='actor')),
                ('program', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='events', to='opd.program')),
            ],
            options={
                'ordering': ['-at', '-pk'],
                'abstract': False,
            },
        ),
        migrations.CreateModel(
            name='ProgramYear',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('year', models.PositiveSmallIntegerField(validators=[django.core.validators.MinValueValidator(2017), django.core.validators.MaxValueValidator(2100)], verbose_name='year')),
                ('target', models.DecimalField(blank=True, decimal_places=4, max_digits=18, null=True, verbose_name='target')),
                ('actual', models.DecimalField(blank=True, decimal_places=4, max_digits=18, null=True, verbose_name='realisation')),
                ('stated', models.DecimalField(blank=True, decimal_places=4, max_digits=9, null=True, verbose_name='achievement (%)')),
                ('budget', models.DecimalField(blank=True, decimal_places=2, max_digits=18, null=True, verbose_name='budget ceiling')),
                ('absorbed', models.DecimalField(blank=True, decimal_places=2, max_digits=18, null=True, verbose_name='money absorbed')),
                ('fund_source', models.CharField(blank=True, choices=[('APBD', 'APBD'), ('APBN', 'APBN'), ('DAK', 'DAK'), ('CSR', 'CSR'), ('OTHER', 'Other')], max_length=8, verbose_name='source of funds')),
                ('state', models.CharField(blank=True, choices=[('NOT_STARTED', 'Not started'), ('IN_DISCUSSION', 'In discussion'), ('RUNNING', 'Running'), ('DONE', 'Finished'), ('STOPPED', 'Stopped')], max_length=16, verbose_name='state of implementation')),
                ('state_reason', models.CharField(blank=True, max_length=500, validators=[smartcity.lib.text.plain_text], verbose_name='reason')),
                ('carried', models.BooleanField(default=False, help_text='Taken over from the year before.', verbose_name='carried over')),
                ('program', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='years', to='opd.program')),
            ],
            options={
                'verbose_name': 'year of a programme',
                'verbose_name_plural': 'years of a programme',
                'ordering': ['program', 'year'],
            },
        ),
        migrations.CreateModel(
            name='Progress',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('created_at', models.DateTimeField(default=smartcity.lib.clock.now, editable=False, verbose_name='created at')),
                ('updated_at', models.DateTimeField(default=smartcity.lib.clock.now, editable=False, verbose_name='updated at')),
                ('version', models.PositiveIntegerField(default=1, editable=False, verbose_name='version')),
                ('year', models.PositiveSmallIntegerField(validators=[django.core.validators.MinValueValidator(2017), django.core.validators.MaxValueValidator(2100)], verbose_name='year')),
                ('quarter', models.PositiveSmallIntegerField(validators=[django.core.validators.MinValueValidator(1), django.core.validators.MaxValueValidator(4)], verbose_name='quarter')),
                ('status', models.CharField(choices=[('draft', 'Draft'), ('proposed', 'With the OPD head'), ('submitted', 'Submitted'), ('returned', 'Returned'), ('verified', 'Verified'), ('recorded', 'From public sources')], default='draft', editable=False, max_length=12, verbose_name='status')),
                ('value', models.DecimalField(blank=True, decimal_places=4, max_digits=18, null=True, verbose_name='realisation')),
                ('absorbed', models.DecimalField(blank=True, decimal_places=2, max_digits=18, null=True, verbose_name='money absorbed')),
                ('state', models.CharField(blank=True, choices=[('NOT_STARTED', 'Not started'), ('IN_DISCUSSION', 'In discussion'), ('RUNNING', 'Running'), ('DONE', 'Finished'), ('STOPPED', 'Stopped')], max_length=16, verbose_name='state of implementation')),
                ('state_reason', models.CharField(blank=True, max_length=500, validators=[smartcity.lib.text.plain_text], verbose_name='reason')),
                ('obstacles', models.TextField(blank=True, max_length=4000, validators=[smartcity.lib.text.plain_text], verbose_name='obstacles')),
                ('next_step', models.TextField(blank=True, max_length=4000, validators=[smartcity.lib.text.plain_text], verbose_name='next step')),
                ('unreadable', models.JSONField(default=dict, editable=False)),
                ('sample_fields', models.JSONField(default=list, editable=False)),
                ('filled', models.PositiveSmallIntegerField(default=0, editable=False)),
                ('total', models.PositiveSmallIntegerField(default=0, editable=False)),
                ('submitted_at', models.DateTimeField(editable=False, null=True, verbose_name='submitted at')),
                ('verified_at', models.DateTimeField(editable=False, null=True, verbose_name='verified at')),
                ('late', models.BooleanField(default=False, editable=False, verbose_name='late')),
                ('corrections', models.PositiveSmallIntegerField(default=0, editable=False, verbose_name='corrections')),
                ('city', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='opd.city', verbose_name='city')),
                ('created_by', models.ForeignKey(editable=False, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL)),
                ('dimension', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='dimensions.smartdimension')),
                ('opd', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='opd.opd', verbose_name='agency')),
                ('program', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='progress', to='opd.program', verbose_name='programme')),
            ],
            options={
                'verbose_name': 'progress report',
                'verbose_name_plural': 'progress reports',
                'ordering': ['-year', '-quarter', 'program'],
            },
        ),
        migrations.AddField(
            model_name='evidence',
            name='progress',
            field=models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.CASCADE, related_name='evidence', to='opd.progress', verbose_name='progress report'),
        ),
        migrations.AddConstraint(
            model_name='evidence',
            constraint=models.CheckConstraint(condition=models.Q(models.Q(('progress__isnull', True), ('quick_win__isnull', False)), models.Q(('progress__isnull', False), ('quick_win__isnull', True)), _connector='OR'), name='evidence_of_one_thing'),
        ),
        migrations.AddField(
            model_name='progressevent',
            name='actor',
            field=models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL, verbose_name='actor'),
        ),
        migrations.AddField(
            model_name='progressevent',
            name='progress',
            field=models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='events', to='opd.progress'),
        ),
        migrations.AddField(
            model_name='progressnote',
            name='answered_by',
            field=models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL),
        ),
        migrations.AddField(
            model_name='progressnote',
            name='author',
            field=models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL),
        ),
        migrations.AddField(
            model_name='progressnote',
            name='progress',
            field=models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='notes', to='opd.progress'),
        ),
        migrations.AddField(
            model_name='progresssubmission',
            name='by',
            field=models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL, verbose_name='by'),
        ),
        migrations.AddField(
            model_name='progresssubmission',
            name='progress',
            field=models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='submissions', to='opd.progress'),
        ),
        migrations.AddField(
            model_name='progresstally',
            name='city',
            field=models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='+', to='opd.city'),
        ),
        migrations.AddField(
            model_name='progresstally',
            name='dimension',
            field=models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='+', to='dimensions.smartdimension'),
        ),
        migrations.AddField(
            model_name='progresstally',
            name='opd',
            field=models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='+', to='opd.opd'),
        ),
        migrations.AddField(
            model_name='reportingperiod',
            name='city',
            field=models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='periods', to='opd.city', verbose_name='city'),
        ),
        migrations.AddField(
            model_name='strategy',
            name='dimension',
            field=models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='dimensions.smartdimension'),
        ),
        migrations.AddField(
            model_name='strategy',
            name='plan',
            field=models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='strategies', to='opd.masterplan'),
        ),
        migrations.AddConstraint(
            model_name='citybudget',
            constraint=models.UniqueConstraint(fields=('city', 'year'), name='city_budget_once_a_year'),
        ),
        migrations.AddConstraint(
            model_name='citybudget',
            constraint=models.CheckConstraint(condition=models.Q(('total__gt', 0)), name='city_budget_positive', violation_error_message='The total APBD is more than zero.'),
        ),
        migrations.AddConstraint(
            model_name='masterplan',
            constraint=models.CheckConstraint(condition=models.Q(('year_to__gte', models.F('year_from'))), name='masterplan_period', violation_error_message='The last year lies before the first year.'),
        ),
        migrations.AddConstraint(
            model_name='plantally',
            constraint=models.UniqueConstraint(fields=('city', 'year', 'opd', 'dimension'), name='plan_tally_cell_once'),
        ),
        migrations.AddIndex(
            model_name='program',
            index=models.Index(fields=['city', 'code'], name='opd_program_city_id_001c4b_idx'),
        ),
        migrations.AddIndex(
            model_name='program',
            index=models.Index(fields=['city', 'dimension', 'code'], name='opd_program_city_id_d53db8_idx'),
        ),
        migrations.AddIndex(
            model_name='program',
            index=models.Index(fields=['opd', 'code'], name='opd_program_opd_id_72b87c_idx'),
        ),
        migrations.AddIndex(
            model_name='program',
            index=models.Index(fields=['city', 'status', 'submitted_at'], name='opd_program_city_id_12e006_idx'),
        ),
        migrations.AddConstraint(
            model_name='program',
            constraint=models.UniqueConstraint(fields=('plan', 'code'), name='program_code_once', violation_error_message='This code is already used in the masterplan.'),
        ),
        migrations.AddConstraint(
            model_name='program',
            constraint=models.CheckConstraint(condition=models.Q(('end_date__isnull', True), ('start_date__isnull', True), ('end_date__gte', models.F('start_date')), _connector='OR'), name='program_period', violation_error_message='The end lies before the start.'),
        ),
        migrations.AddConstraint(
            model_name='program',
            constraint=models.CheckConstraint(condition=models.Q(('status', 'draft'), ('submitted_at__isnull', False), _connector='OR'), name='program_submitted_has_time'),
        ),
        migrations.AddConstraint(
            model_name='program',
            constraint=models.CheckConstraint(condition=models.Q(models.Q(('status', 'approved'), _negated=True), ('approved_at__isnull', False), _connector='OR'), name='program_approved_has_time'),
        ),
        migrations.AddIndex(
            model_name='programevent',
            index=models.Index(fields=['program', '-at'], name='opd_program_program_b746dd_idx'),
        ),
        migrations.AddIndex(
            model_name='programyear',
            index=models.Index(fields=['year', 'program'], name='opd_program_year_7deb9a_idx'),
        ),
        migrations.AddConstraint(
            model_name='programyear',
            constraint=models.UniqueConstraint(fields=('program', 'year'), name='program_year_once'),
        ),
        migrations.AddConstraint(
            model_name='programyear',
            constraint=models.CheckConstraint(condition=models.Q(('target__isnull', True), ('target__gte', 0), _connector='OR'), name='program_year_target_not_negative', violation_error_message='This figure is zero or more.'),
        ),
        migrations.AddConstraint(
            model_name='programyear',
            constraint=models.CheckConstraint(condition=models.Q(('actual__isnull', True), ('actual__gte', 0), _connector='OR'), name='program_year_actual_not_negative', violation_error_message='This figure is zero or more.'),
        ),
        migrations.AddConstraint(
            model_name='programyear',
            constraint=models.CheckConstraint(condition=models.Q(('stated__isnull', True), ('stated__gte', 0), _connector='OR'), name='program_year_stated_not_negative', violation_error_message='This figure is zero or more.'),
        ),
        migrations.AddConstraint(
            model_name='programyear',
            constraint=models.CheckConstraint(condition=models.Q(('budget__isnull', True), ('budget__gte', 0), _connector='OR'), name='program_year_budget_not_negative', violation_error_message='This figure is zero or more.'),
        ),
        migrations.AddConstraint(
            model_name='programyear',
            constraint=models.CheckConstraint(condition=models.Q(('absorbed__isnull', True), ('absorbed__gte', 0), _connector='OR'), name='program_year_absorbed_not_negative', violation_error_message='This figure is zero or more.'),
        ),
        migrations.AddConstraint(
            model_name='programyear',
            constraint=models.CheckConstraint(condition=models.Q(models.Q(('state', 'STOPPED'), _negated=True), models.Q(('state_reason', ''), _negated=True), _connector='OR'), name='program_year_stopped_has_reason', violation_error_message='Write why the programme was stopped.'),
        ),
        migrations.AddIndex(
            model_name='progress',
            index=models.Index(fields=['city', 'year', 'quarter', 'status', 'submitted_at'], name='opd_progres_city_id_09717a_idx'),
        ),
        migrations.AddIndex(
            model_name='progress',
            index=models.Index(fields=['opd', 'year', 'quarter', 'program'], name='opd_progres_opd_id_ab6596_idx'),
        ),
        migrations.AddIndex(
            model_name='progress',
            index=models.Index(fields=['city', 'status', 'submitted_at'], name='opd_progres_city_id_fccc4d_idx'),
        ),
        migrations.AddConstraint(
            model_name='progress',
            constraint=models.UniqueConstraint(fields=('program', 'year', 'quarter'), name='progress_once_a_quarter'),
        ),
        migrations.AddConstraint(
            model_name='progress',
            constraint=models.CheckConstraint(condition=models.Q(('value__isnull', True), ('value__gte', 0), _connector='OR'), name='progress_value_not_negative', violation_error_message='The realisation is zero or more.'),
        ),
        migrations.AddConstraint(
            model_name='progress',
            constraint=models.CheckConstraint(condition=models.Q(('absorbed__isnull', True), ('absorbed__gte', 0), _connector='OR'), name='progress_absorbed_not_negative', violation_error_message='The money absorbed is zero or more.'),
        ),
        migrations.AddConstraint(
            model_name='progress',
            constraint=models.CheckConstraint(condition=models.Q(models.Q(('status__in', ['submitted', 'verified']), _negated=True), ('submitted_at__isnull', False), _connector='OR'), name='progress_submitted_has_time'),
        ),
        migrations.AddConstraint(
            model_name='progress',
            constraint=models.CheckConstraint(condition=models.Q(models.Q(('status', 'verified'), _negated=True), ('verified_at__isnull', False), _connector='OR'), name='progress_verified_has_time'),
        ),
        migrations.AddIndex(
            model_name='progressevent',
            index=models.Index(fields=['progress', '-at'], name='opd_progres_progres_59c7c5_idx'),
        ),
        migrations.AddConstraint(
            model_name='progressnote',
            constraint=models.UniqueConstraint(condition=models.Q(('sent_at__isnull', True)), fields=('progress', 'field'), name='progress_note_one_draft_per_field'),
        ),
        migrations.AddConstraint(
            model_name='progressnote',
            constraint=models.CheckConstraint(condition=models.Q(models.Q(('answered_at__isnull', False), ('answered_by__isnull', False)), models.Q(('answered_at__isnull', True), ('answered_by__isnull', True)), _connector='OR'), name='progress_note_answered_at_by'),
        ),
        migrations.AddConstraint(
            model_name='progresssubmission',
            constraint=models.UniqueConstraint(fields=('progress', 'sequence'), name='progress_submission_sequence_once'),
        ),
        migrations.AddIndex(
            model_name='progresstally',
            index=models.Index(fields=['opd', 'year', 'quarter'], name='opd_progres_opd_id_590e8f_idx'),
        ),
        migrations.AddConstraint(
            model_name='progresstally',
            constraint=models.UniqueConstraint(fields=('city', 'year', 'quarter', 'opd', 'dimension'), name='progress_tally_cell_once'),
        ),
        migrations.AddConstraint(
            model_name='reportingperiod',
            constraint=models.UniqueConstraint(fields=('city', 'year', 'quarter'), name='period_once'),
        ),
        migrations.AddConstraint(
            model_name='reportingperiod',
            constraint=models.CheckConstraint(condition=models.Q(('remind_operator_on__lte', models.F('remind_head_on')), ('remind_head_on__lte', models.F('remind_assistant_on'))), name='period_ladder_in_order', violation_error_message='First the operator, then the head, then the assistant: put the dates in order.'),
        ),
        refuse_changes("opd_submission"),  # its number became longer
        refuse_changes("opd_progresssubmission"),
        # A verified figure changes only through a correction: the report is opened again first, with a reason.
        refuse_changes(
            "opd_progress",
            verbs=("UPDATE",),
            when="OLD.status = 'verified' AND NEW.status = 'verified' AND (NEW.value IS DISTINCT FROM OLD.value "
            "OR NEW.absorbed IS DISTINCT FROM OLD.absorbed OR NEW.state IS DISTINCT FROM OLD.state)",
        ),
    ]
