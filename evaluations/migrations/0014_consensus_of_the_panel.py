"""The consensus of a panel; once it is closed neither it, its proposals, nor the talk it rests on change."""

import django.db.models.deletion
import smartcity.lib.clock
import smartcity.lib.text
from django.conf import settings
from django.db import migrations, models

from smartcity.lib.triggers import refuse_changes

CLOSED = (
    "EXISTS (SELECT 1 FROM evaluations_reconciliation WHERE evaluations_reconciliation.status = 'closed' "
    "AND evaluations_reconciliation.{column} = {value})"
)
OF_PROPOSAL = CLOSED.format(column="id", value="{row}.reconciliation_id")
WINDOW_OF_TALK = (
    "(SELECT window_id FROM evaluations_interview WHERE evaluations_interview.id = {row}.interview_id)"
)
OF_TALK = CLOSED.format(column="window_id", value=WINDOW_OF_TALK)
OF_INTERVIEW = CLOSED.format(column="window_id", value="OLD.window_id")


def _with_insert(table, when):
    return (
        refuse_changes(table, when=when.format(row="OLD")),
        refuse_changes(table, when=when.format(row="NEW"), verbs=("INSERT",)),
    )


class Migration(migrations.Migration):

    dependencies = [
        ('evaluations', '0013_recommendations'),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.CreateModel(
            name='Reconciliation',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('created_at', models.DateTimeField(default=smartcity.lib.clock.now, editable=False, verbose_name='created at')),
                ('updated_at', models.DateTimeField(default=smartcity.lib.clock.now, editable=False, verbose_name='updated at')),
                ('version', models.PositiveIntegerField(default=1, editable=False, verbose_name='version')),
                ('revision', models.PositiveSmallIntegerField(default=1, verbose_name='revision')),
                ('status', models.CharField(choices=[('open', 'Being agreed'), ('closed', 'Consensus closed')], default='open', editable=False, max_length=8, verbose_name='status')),
                ('reason', models.TextField(blank=True, max_length=1000, validators=[smartcity.lib.text.plain_text], verbose_name='why it is corrected')),
                ('closed_at', models.DateTimeField(editable=False, null=True, verbose_name='closed at')),
                ('number', models.CharField(blank=True, editable=False, max_length=30, verbose_name='number')),
                ('payload', models.JSONField(editable=False, null=True)),
                ('digest', models.CharField(blank=True, editable=False, max_length=64, verbose_name='digest')),
                ('sample', models.BooleanField(default=False, help_text='Made up for a demonstration.', verbose_name='example')),
                ('begun_by', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL, verbose_name='begun by')),
                ('window', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='reconciliations', to='evaluations.evaluationwindow', verbose_name='window')),
            ],
            options={
                'verbose_name': 'reconciliation',
                'verbose_name_plural': 'reconciliations',
                'ordering': ['window', '-revision'],
            },
        ),
        migrations.CreateModel(
            name='Proposal',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('version', models.PositiveIntegerField(default=1, editable=False, verbose_name='version')),
                ('value', models.DecimalField(blank=True, decimal_places=2, max_digits=4, null=True, verbose_name='consensus')),
                ('reason', models.TextField(blank=True, max_length=2000, validators=[smartcity.lib.text.plain_text], verbose_name='reason')),
                ('updated_at', models.DateTimeField(default=smartcity.lib.clock.now, editable=False, verbose_name='updated at')),
                ('question', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='evaluations.question', verbose_name='question')),
                ('reconciliation', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='proposals', to='evaluations.reconciliation')),
            ],
            options={
                'verbose_name': 'proposal of the panel',
                'verbose_name_plural': 'proposals of the panel',
                'ordering': ['reconciliation', 'pk'],
            },
        ),
        migrations.CreateModel(
            name='ReconciliationEvent',
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
                ('reconciliation', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='events', to='evaluations.reconciliation')),
            ],
            options={
                'ordering': ['-at', '-pk'],
                'abstract': False,
            },
        ),
        migrations.AddConstraint(
            model_name='reconciliation',
            constraint=models.UniqueConstraint(fields=('window', 'revision'), name='reconciliation_revision_once'),
        ),
        migrations.AddConstraint(
            model_name='reconciliation',
            constraint=models.UniqueConstraint(condition=models.Q(('status', 'open')), fields=('window',), name='reconciliation_one_open'),
        ),
        migrations.AddConstraint(
            model_name='reconciliation',
            constraint=models.CheckConstraint(condition=models.Q(models.Q(('closed_at__isnull', False), ('payload__isnull', False), ('status', 'closed'), models.Q(('digest', ''), _negated=True), models.Q(('number', ''), _negated=True)), models.Q(('closed_at__isnull', True), ('digest', ''), ('number', ''), ('payload__isnull', True), ('status', 'open')), _connector='OR'), name='reconciliation_closed_is_whole'),
        ),
        migrations.AddConstraint(
            model_name='reconciliation',
            constraint=models.CheckConstraint(condition=models.Q(('revision', 1), models.Q(('reason', ''), _negated=True), _connector='OR'), name='reconciliation_correction_has_reason'),
        ),
        migrations.AddConstraint(
            model_name='proposal',
            constraint=models.UniqueConstraint(fields=('reconciliation', 'question'), name='proposal_once'),
        ),
        migrations.AddConstraint(
            model_name='proposal',
            constraint=models.CheckConstraint(condition=models.Q(('value__isnull', True), models.Q(('value__gte', 0), ('value__lte', 4)), _connector='OR'), name='proposal_0_to_4'),
        ),
        refuse_changes("evaluations_reconciliation", when="OLD.status = 'closed'"),
        *_with_insert("evaluations_proposal", OF_PROPOSAL),
        *_with_insert("evaluations_interviewnote", OF_TALK),
        *_with_insert("evaluations_slotrun", OF_TALK),
        *_with_insert("evaluations_slot", OF_TALK),
        refuse_changes("evaluations_interview", when=OF_INTERVIEW),
    ]
