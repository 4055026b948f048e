"""Survey rounds, the services asked about, answers and recaps."""

import django.db.models.deletion
import django.db.models.expressions
import smartcity.lib.clock
import smartcity.lib.text
from django.conf import settings
from django.db import migrations, models


class Migration(migrations.Migration):

    initial = True

    dependencies = [
        ('dimensions', '0001_the_yardstick'),
        ('evaluations', '0001_the_evaluation'),
        ('opd', '0001_the_city_and_its_plan'),
    ]

    operations = [
        migrations.CreateModel(
            name='Round',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('created_at', models.DateTimeField(default=smartcity.lib.clock.now, editable=False, verbose_name='created at')),
                ('updated_at', models.DateTimeField(default=smartcity.lib.clock.now, editable=False, verbose_name='updated at')),
                ('version', models.PositiveIntegerField(default=1, editable=False, verbose_name='version')),
                ('year', models.PositiveSmallIntegerField(verbose_name='evaluated year')),
                ('mode', models.CharField(choices=[('joint', 'Joint: one form for the three services'), ('split', 'Split: one form for each service')], default='joint', max_length=8, verbose_name='form')),
                ('target', models.PositiveSmallIntegerField(editable=False, verbose_name='respondents needed')),
                ('opens_at', models.DateTimeField(verbose_name='opens')),
                ('closes_at', models.DateTimeField(verbose_name='closes')),
                ('status', models.CharField(choices=[('draft', 'In preparation'), ('open', 'Open'), ('closed', 'Closed')], default='draft', editable=False, max_length=12, verbose_name='status')),
                ('opened_at', models.DateTimeField(editable=False, null=True, verbose_name='opened at')),
                ('closed_at', models.DateTimeField(editable=False, null=True, verbose_name='closed at')),
                ('sample', models.BooleanField(default=False, editable=False, verbose_name='example')),
                ('idempotency_key', models.CharField(editable=False, max_length=64, null=True, unique=True)),
                ('city', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='survey_rounds', to='opd.city', verbose_name='city')),
                ('created_by', models.ForeignKey(editable=False, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL)),
                ('dimension', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='dimensions.smartdimension', verbose_name='dimension')),
                ('instrument', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='evaluations.instrument', verbose_name='instrument')),
            ],
            options={
                'verbose_name': 'survey round',
                'verbose_name_plural': 'survey rounds',
                'ordering': ['-year', 'dimension__order'],
                'constraints': [models.UniqueConstraint(fields=('city', 'year', 'instrument', 'dimension'), name='survey_round_once', violation_error_message='This dimension already has a survey in this year. Open it from the list.'), models.CheckConstraint(condition=models.Q(('opens_at__lt', models.F('closes_at'))), name='survey_opens_before_it_closes', violation_error_message='The survey must close after it opens.'), models.CheckConstraint(condition=models.Q(('target__gt', 0)), name='survey_target_positive'), models.CheckConstraint(condition=models.Q(models.Q(('opened_at__isnull', True), ('status', 'draft')), models.Q(models.Q(('status', 'draft'), _negated=True), ('opened_at__isnull', False)), _connector='OR'), name='survey_opened_has_time'), models.CheckConstraint(condition=models.Q(models.Q(('closed_at__isnull', False), ('status', 'closed')), models.Q(models.Q(('status', 'closed'), _negated=True), ('closed_at__isnull', True)), _connector='OR'), name='survey_closed_has_time')],
            },
        ),
        migrations.CreateModel(
            name='Service',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('version', models.PositiveIntegerField(default=1, editable=False, verbose_name='version')),
                ('name', models.CharField(max_length=200, validators=[smartcity.lib.text.plain_text], verbose_name='programme or service')),
                ('confirmed_at', models.DateTimeField(editable=False, null=True, verbose_name='confirmed at')),
                ('confirmed_by', models.ForeignKey(editable=False, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL)),
                ('opd', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='opd.opd', verbose_name='owner')),
                ('program', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='opd.program', verbose_name='programme')),
                ('quick_win', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='opd.quickwin', verbose_name='quick win')),
                ('round', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='services', to='surveys.round', verbose_name='survey round')),
                ('sub_dimension', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='dimensions.subdimension', verbose_name='sub-dimension')),
            ],
            options={
                'verbose_name': 'surveyed service',
                'verbose_name_plural': 'surveyed services',
                'ordering': ['round', 'sub_dimension__order'],
                'constraints': [models.UniqueConstraint(fields=('round', 'sub_dimension'), name='survey_service_once'), models.CheckConstraint(condition=models.Q(models.Q(('confirmed_at__isnull', False), ('confirmed_by__isnull', False)), models.Q(('confirmed_at__isnull', True), ('confirmed_by__isnull', True)), _connector='OR'), name='survey_confirmed_at_by')],
            },
        ),
        migrations.CreateModel(
            name='RoundEvent',
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
                ('round', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='events', to='surveys.round')),
                ('service', models.ForeignKey(null=True, on_delete=django.db.models.deletion.CASCADE, related_name='+', to='surveys.service')),
            ],
            options={
                'ordering': ['-at', '-pk'],
                'abstract': False,
                'indexes': [models.Index(fields=['round', '-at'], name='surveys_rou_round_i_1ac909_idx')],
            },
        ),
        migrations.CreateModel(
            name='Recap',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('number', models.PositiveSmallIntegerField(verbose_name='number')),
                ('count_1', models.PositiveIntegerField(null=True, verbose_name='marks 1')),
                ('count_2', models.PositiveIntegerField(null=True, verbose_name='marks 2')),
                ('count_3', models.PositiveIntegerField(null=True, verbose_name='marks 3')),
                ('count_4', models.PositiveIntegerField(null=True, verbose_name='marks 4')),
                ('respondents', models.PositiveIntegerField(verbose_name='respondents')),
                ('mean', models.DecimalField(decimal_places=4, max_digits=5, null=True, verbose_name='mean')),
                ('reason', models.CharField(max_length=1000, validators=[smartcity.lib.text.plain_text], verbose_name='source or reason')),
                ('role', models.CharField(blank=True, max_length=16, verbose_name='role')),
                ('at', models.DateTimeField(default=smartcity.lib.clock.now, verbose_name='at')),
                ('sample', models.BooleanField(default=False, verbose_name='example')),
                ('by', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL)),
                ('service', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='recaps', to='surveys.service')),
            ],
            options={
                'verbose_name': 'recap',
                'verbose_name_plural': 'recaps',
                'ordering': ['service', '-number'],
                'constraints': [models.UniqueConstraint(fields=('service', 'number'), name='survey_recap_number_once'), models.CheckConstraint(condition=models.Q(models.Q(('count_1__isnull', True), ('count_2__isnull', True), ('count_3__isnull', True), ('count_4__isnull', True)), models.Q(('count_1__isnull', False), ('count_2__isnull', False), ('count_3__isnull', False), ('count_4__isnull', False), ('mean__isnull', True), ('respondents', django.db.models.expressions.CombinedExpression(django.db.models.expressions.CombinedExpression(django.db.models.expressions.CombinedExpression(models.F('count_1'), '+', models.F('count_2')), '+', models.F('count_3')), '+', models.F('count_4')))), _connector='OR'), name='survey_recap_counts_add_up'), models.CheckConstraint(condition=models.Q(('mean__isnull', True), models.Q(('mean__gte', 1), ('mean__lte', 4), ('respondents__gt', 0)), _connector='OR'), name='survey_recap_mean_1_to_4'), models.CheckConstraint(condition=models.Q(('count_1__isnull', False), ('mean__isnull', False), _connector='OR'), name='survey_recap_says_something')],
            },
        ),
        migrations.CreateModel(
            name='Sheet',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('code', models.CharField(max_length=12, unique=True, verbose_name='code')),
                ('round', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='sheets', to='surveys.round')),
                ('service', models.OneToOneField(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='sheet', to='surveys.service')),
            ],
            options={
                'verbose_name': 'survey form',
                'verbose_name_plural': 'survey forms',
                'ordering': ['round', 'service__sub_dimension__order'],
                'constraints': [models.UniqueConstraint(condition=models.Q(('service__isnull', True)), fields=('round',), name='survey_one_joint_form')],
            },
        ),
        migrations.CreateModel(
            name='Response',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('on', models.DateField(verbose_name='day')),
                ('source', models.CharField(choices=[('public', 'Public form'), ('helped', 'Helped by an officer')], max_length=8, verbose_name='source')),
                ('token', models.CharField(editable=False, max_length=64, unique=True)),
                ('sheet', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='responses', to='surveys.sheet')),
            ],
            options={
                'verbose_name': 'answer of a respondent',
                'verbose_name_plural': 'answers of respondents',
            },
        ),
        migrations.CreateModel(
            name='Mark',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('value', models.PositiveSmallIntegerField(verbose_name='mark')),
                ('response', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='marks', to='surveys.response')),
                ('service', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='marks', to='surveys.service')),
            ],
            options={
                'verbose_name': 'mark',
                'verbose_name_plural': 'marks',
                'indexes': [models.Index(fields=['service', 'value'], name='surveys_mar_service_00d72e_idx')],
                'constraints': [models.UniqueConstraint(fields=('response', 'service'), name='survey_mark_once'), models.CheckConstraint(condition=models.Q(('value__gte', 1), ('value__lte', 4)), name='survey_mark_1_to_4')],
            },
        ),
    ]
