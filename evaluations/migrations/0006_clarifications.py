"""The clarification desk: questions of assessors, their answers, and what came too late."""

import django.db.models.deletion
import smartcity.lib.clock
import smartcity.lib.text
from django.conf import settings
from django.db import migrations, models

from smartcity.lib.triggers import refuse_changes


OVER = (
    "(SELECT status FROM evaluations_clarification "
    "WHERE evaluations_clarification.id = {row}.clarification_id) <> 'asked'"
)


class Migration(migrations.Migration):

    dependencies = [
        ('evaluations', '0005_instruments_are_kept'),
        ('opd', '0010_decisions_have_a_way'),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.CreateModel(
            name='ClarificationAlert',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('stage', models.CharField(choices=[('asked', 'Asked'), ('half', 'Half of the time is over'), ('last', 'Two hours left')], max_length=5, verbose_name='stage')),
                ('due_at', models.DateTimeField(verbose_name='due')),
                ('at', models.DateTimeField(default=smartcity.lib.clock.now, verbose_name='at')),
            ],
            options={
                'verbose_name': 'alert of a clarification',
                'verbose_name_plural': 'alerts of clarifications',
                'ordering': ['-at', '-pk'],
            },
        ),
        migrations.CreateModel(
            name='ClarificationEvent',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('move', models.CharField(max_length=20, verbose_name='move')),
                ('source', models.CharField(blank=True, max_length=12, verbose_name='from')),
                ('target', models.CharField(blank=True, max_length=12, verbose_name='to')),
                ('role', models.CharField(blank=True, max_length=16, verbose_name='role')),
                ('note', models.TextField(blank=True, max_length=4000, verbose_name='note')),
                ('at', models.DateTimeField(default=smartcity.lib.clock.now, verbose_name='at')),
                ('notified_at', models.DateTimeField(editable=False, null=True, verbose_name='notified at')),
                ('until', models.DateTimeField(null=True, verbose_name='until')),
            ],
            options={
                'ordering': ['-at', '-pk'],
                'abstract': False,
            },
        ),
        migrations.CreateModel(
            name='ClarificationReceipt',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('number', models.CharField(max_length=30, unique=True, verbose_name='number')),
                ('at', models.DateTimeField(default=smartcity.lib.clock.now, verbose_name='at')),
                ('role', models.CharField(blank=True, max_length=16, verbose_name='role')),
                ('payload', models.JSONField()),
                ('digest', models.CharField(max_length=64, verbose_name='digest')),
                ('idempotency_key', models.CharField(max_length=64, null=True, unique=True)),
            ],
            options={
                'verbose_name': 'receipt of an answer',
                'verbose_name_plural': 'receipts of answers',
                'ordering': ['at'],
            },
        ),
        migrations.CreateModel(
            name='KeptReply',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('why', models.CharField(choices=[('late', 'Arrived too late'), ('passed_on', 'The item went to another agency')], max_length=10, verbose_name='why')),
                ('text', models.TextField(blank=True, verbose_name='answer')),
                ('files', models.JSONField(default=list, verbose_name='files')),
                ('at', models.DateTimeField(default=smartcity.lib.clock.now, verbose_name='at')),
            ],
            options={
                'verbose_name': 'kept reply',
                'verbose_name_plural': 'kept replies',
                'ordering': ['-at', '-pk'],
            },
        ),
        migrations.CreateModel(
            name='AlertMail',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('attempts', models.PositiveSmallIntegerField(default=0)),
                ('lease_until', models.DateTimeField(null=True)),
                ('lease_token', models.CharField(blank=True, max_length=32)),
                ('sent_at', models.DateTimeField(null=True, verbose_name='sent at')),
                ('dropped_at', models.DateTimeField(null=True, verbose_name='dropped at')),
                ('user', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='+', to=settings.AUTH_USER_MODEL)),
            ],
            options={
                'verbose_name': 'mail of an alert',
                'verbose_name_plural': 'mails of alerts',
            },
        ),
        migrations.CreateModel(
            name='Clarification',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('created_at', models.DateTimeField(default=smartcity.lib.clock.now, editable=False, verbose_name='created at')),
                ('updated_at', models.DateTimeField(default=smartcity.lib.clock.now, editable=False, verbose_name='updated at')),
                ('version', models.PositiveIntegerField(default=1, editable=False, verbose_name='version')),
                ('text', models.TextField(max_length=2000, validators=[smartcity.lib.text.plain_text], verbose_name='what is not clear')),
                ('asked_at', models.DateTimeField(default=smartcity.lib.clock.now, editable=False, verbose_name='asked at')),
                ('due_at', models.DateTimeField(editable=False, verbose_name='due')),
                ('status', models.CharField(choices=[('asked', 'Waiting for the answer'), ('answered', 'Answered'), ('late', 'Answered too late'), ('unanswered', 'Not answered'), ('withdrawn', 'Withdrawn')], default='asked', editable=False, max_length=12, verbose_name='status')),
                ('answer', models.TextField(blank=True, max_length=4000, validators=[smartcity.lib.text.plain_text], verbose_name='answer')),
                ('answered_at', models.DateTimeField(editable=False, null=True, verbose_name='answered at')),
                ('closed_at', models.DateTimeField(editable=False, null=True, verbose_name='closed at')),
                ('sample', models.BooleanField(default=False, help_text='Made up for a demonstration.', verbose_name='example')),
                ('idempotency_key', models.CharField(editable=False, max_length=64, null=True, unique=True)),
                ('opd', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='clarifications', to='opd.opd', verbose_name='agency that answers')),
                ('question', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='evaluations.question', verbose_name='question')),
                ('seat', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='clarifications', to='evaluations.seat', verbose_name='assessor')),
                ('window', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='clarifications', to='evaluations.evaluationwindow', verbose_name='window')),
            ],
            options={
                'verbose_name': 'clarification',
                'verbose_name_plural': 'clarifications',
                'ordering': ['due_at', 'pk'],
            },
        ),
        migrations.AddField(
            model_name='exhibit',
            name='clarification',
            field=models.ForeignKey(null=True, on_delete=django.db.models.deletion.CASCADE, related_name='exhibits', to='evaluations.clarification', verbose_name='clarification'),
        ),
        migrations.AddConstraint(
            model_name='exhibit',
            constraint=models.CheckConstraint(condition=models.Q(models.Q(('answer__isnull', False), ('clarification__isnull', True)), models.Q(('answer__isnull', True), ('clarification__isnull', False)), _connector='OR'), name='exhibit_of_one_thing'),
        ),
        migrations.AddConstraint(
            model_name='exhibit',
            constraint=models.UniqueConstraint(fields=('clarification', 'stored_file'), name='exhibit_once_per_clarification'),
        ),
        migrations.AddField(
            model_name='clarificationalert',
            name='clarification',
            field=models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='alerts', to='evaluations.clarification'),
        ),
        migrations.AddField(
            model_name='clarificationalert',
            name='opd',
            field=models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='opd.opd', verbose_name='agency'),
        ),
        migrations.AddField(
            model_name='alertmail',
            name='alert',
            field=models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='mails', to='evaluations.clarificationalert'),
        ),
        migrations.AddField(
            model_name='clarificationevent',
            name='actor',
            field=models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL, verbose_name='actor'),
        ),
        migrations.AddField(
            model_name='clarificationevent',
            name='clarification',
            field=models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='events', to='evaluations.clarification'),
        ),
        migrations.AddField(
            model_name='clarificationevent',
            name='opd',
            field=models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='opd.opd', verbose_name='agency'),
        ),
        migrations.AddField(
            model_name='clarificationreceipt',
            name='by',
            field=models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL, verbose_name='by'),
        ),
        migrations.AddField(
            model_name='clarificationreceipt',
            name='clarification',
            field=models.OneToOneField(on_delete=django.db.models.deletion.PROTECT, related_name='receipt', to='evaluations.clarification'),
        ),
        migrations.AddField(
            model_name='keptreply',
            name='clarification',
            field=models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='kept', to='evaluations.clarification'),
        ),
        migrations.AddField(
            model_name='keptreply',
            name='opd',
            field=models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='opd.opd', verbose_name='agency'),
        ),
        migrations.AddField(
            model_name='keptreply',
            name='user',
            field=models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL, verbose_name='author'),
        ),
        migrations.AddIndex(
            model_name='clarification',
            index=models.Index(fields=['status', 'due_at'], name='evaluations_status_603297_idx'),
        ),
        migrations.AddIndex(
            model_name='clarification',
            index=models.Index(fields=['opd', 'status', 'due_at'], name='evaluations_opd_id_5b1788_idx'),
        ),
        migrations.AddIndex(
            model_name='clarification',
            index=models.Index(fields=['window', 'due_at'], name='evaluations_window__68e12f_idx'),
        ),
        migrations.AddConstraint(
            model_name='clarification',
            constraint=models.CheckConstraint(condition=models.Q(('due_at__gt', models.F('asked_at'))), name='clarification_due_after_asking'),
        ),
        migrations.AddConstraint(
            model_name='clarification',
            constraint=models.CheckConstraint(condition=models.Q(models.Q(('answered_at__isnull', False), ('status', 'answered')), models.Q(models.Q(('status', 'answered'), _negated=True), ('answered_at__isnull', True)), _connector='OR'), name='clarification_answered_has_time'),
        ),
        migrations.AddConstraint(
            model_name='clarification',
            constraint=models.CheckConstraint(condition=models.Q(models.Q(('closed_at__isnull', True), ('status', 'asked')), models.Q(models.Q(('status', 'asked'), _negated=True), ('closed_at__isnull', False)), _connector='OR'), name='clarification_closed_has_time'),
        ),
        migrations.AddConstraint(
            model_name='clarification',
            constraint=models.CheckConstraint(condition=models.Q(('answered_at__isnull', True), ('answered_at__lt', models.F('due_at')), _connector='OR'), name='clarification_answered_in_time'),
        ),
        migrations.AddConstraint(
            model_name='clarificationalert',
            constraint=models.UniqueConstraint(fields=('clarification', 'opd', 'due_at', 'stage'), name='clarification_alert_once'),
        ),
        migrations.AddConstraint(
            model_name='alertmail',
            constraint=models.UniqueConstraint(fields=('alert', 'user'), name='alert_mail_once'),
        ),
        migrations.AddIndex(
            model_name='clarificationevent',
            index=models.Index(fields=['clarification', '-at'], name='evaluations_clarifi_e3b37f_idx'),
        ),
        refuse_changes("evaluations_clarificationreceipt"),
        refuse_changes("evaluations_keptreply"),
        refuse_changes("evaluations_clarificationalert"),
        # what is over stays over: only an answer that came too late makes "not answered" "answered too late"
        refuse_changes(
            "evaluations_clarification",
            when="OLD.status <> 'asked' AND (NEW.answer <> OLD.answer OR NEW.text <> OLD.text "
            "OR NEW.due_at <> OLD.due_at OR NEW.opd_id <> OLD.opd_id OR (NEW.status <> OLD.status "
            "AND NOT (OLD.status = 'unanswered' AND NEW.status = 'late')))",
            verbs=("UPDATE",),
        ),
        # nothing is put into, or taken out of, a reply that was sent
        refuse_changes("evaluations_exhibit", when=OVER.format(row="OLD")),
        refuse_changes("evaluations_exhibit", when=OVER.format(row="NEW"), verbs=("INSERT",)),
    ]
