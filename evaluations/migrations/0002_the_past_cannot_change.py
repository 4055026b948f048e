"""Snapshots, receipts, results, late entries and handed-in scores refuse changes in the database itself."""

from django.db import migrations

from smartcity.lib.triggers import refuse_changes

HANDED_IN = "EXISTS (SELECT 1 FROM evaluations_handin WHERE evaluations_handin.seat_id = {row}.seat_id)"


class Migration(migrations.Migration):
    dependencies = [("evaluations", "0001_instruments_windows_and_scores")]
    operations = [
        refuse_changes("evaluations_snapshot"),
        refuse_changes("evaluations_snapshotitem"),
        refuse_changes("evaluations_handin"),
        refuse_changes("evaluations_result"),
        refuse_changes("evaluations_lateentry"),
        # a score is free until its seat has a receipt; then it neither changes, goes, nor gets company
        refuse_changes("evaluations_score", when=HANDED_IN.format(row="OLD")),
        refuse_changes("evaluations_score", when=HANDED_IN.format(row="NEW"), verbs=("INSERT",)),
        # a seat that handed in stays handed in, by the same person, in the same window
        refuse_changes(
            "evaluations_seat",
            when="OLD.handed_in_at IS NOT NULL AND (NEW.handed_in_at IS NULL OR "
            "NEW.handed_in_at <> OLD.handed_in_at OR NEW.user_id <> OLD.user_id "
            "OR NEW.window_id <> OLD.window_id OR NEW.conflict IS NOT NULL)",
            verbs=("UPDATE",),
        ),
        # a closed window never opens again: its result is written
        refuse_changes(
            "evaluations_evaluationwindow",
            when="OLD.status = 'closed' AND (NEW.status <> 'closed' OR NEW.closes_at <> OLD.closes_at "
            "OR NEW.instrument_id <> OLD.instrument_id)",
            verbs=("UPDATE",),
        ),
    ]
