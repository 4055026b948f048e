"""Answers and recaps refuse changes in the database itself; a closed survey never opens again."""

from django.db import migrations

from smartcity.lib.triggers import refuse_changes


class Migration(migrations.Migration):
    dependencies = [("surveys", "0001_rounds_answers_and_recaps")]
    operations = [
        refuse_changes("surveys_response"),
        refuse_changes("surveys_mark"),
        refuse_changes("surveys_recap"),
        refuse_changes("surveys_round", when="OLD.status = 'closed' AND NEW.status <> 'closed'", verbs=("UPDATE",)),
        refuse_changes(
            "surveys_round",
            when="OLD.status <> 'draft'",
            verbs=("DELETE",),
        ),
    ]
