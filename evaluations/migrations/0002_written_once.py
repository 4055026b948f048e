"""What the database itself refuses to rewrite: snapshots, results, scores handed in, letters, minutes, answers given.

Some conditions ask another table. SQLite alters a table by building it anew: a later migration that does so to a
table named in a condition must call allow_changes() first and refuse_changes() again afterwards.
"""

from django.db import migrations

from smartcity.lib.search import fulltext_index
from smartcity.lib.triggers import refuse_changes

HANDED_IN = "EXISTS (SELECT 1 FROM evaluations_handin WHERE evaluations_handin.seat_id = {row}.seat_id)"

# --- Instruments: parts of a question list somebody is judged by, or will be ----------------------

USED = "EXISTS (SELECT 1 FROM evaluations_evaluationwindow WHERE instrument_id IN ({rows}))"
ROWS = {"INSERT": "NEW.instrument_id", "UPDATE": "OLD.instrument_id, NEW.instrument_id", "DELETE": "OLD.instrument_id"}
PARTS = ("section", "area", "rubriclevel", "question")

# --- The submission of the city -------------------------------------------------------------------

OPENED = "SELECT 1 FROM evaluations_evaluationwindow AS w WHERE w.id = NEW.window_id AND w.status <> 'draft'"
SUBMITTED = "SELECT 1 FROM evaluations_citysubmission AS s WHERE s.window_id = NEW.window_id"

# --- Clarifications and recommendations -----------------------------------------------------------

OVER = (
    "(SELECT status FROM evaluations_clarification "
    "WHERE evaluations_clarification.id = {row}.clarification_id) <> 'asked'"
)
NOT_WITH_OWNER = (
    "(SELECT status FROM evaluations_recommendation "
    "WHERE evaluations_recommendation.id = {row}.recommendation_id) NOT IN ('open', 'running', 'returned')"
)
SETTLED = f"{OVER} OR {NOT_WITH_OWNER}"
WORDS = " OR ".join(
    f"NEW.{name} <> OLD.{name}" for name in ("text", "reference", "opd_id", "due_on", "done_note")
)
PLACE = " OR ".join(f"NEW.{name} <> OLD.{name}" for name in ("city_id", "year", "for_year", "number"))

# --- The letter -----------------------------------------------------------------------------------

SAID = (
    "city_id", "window_id", "year", "stage", "instrument_id", "letter_number", "letter_date", "index", "values",
    "dimension_values", "rank_national", "rank_province", "cohort", "scan_id", "scan_name", "revision",
    "replaces_id", "reason", "entered_by_id", "sample",
)
CHANGED = " OR ".join(f'NEW."{name}" IS DISTINCT FROM OLD."{name}"' for name in SAID)
PUBLISHED = (
    "NEW.published_at IS DISTINCT FROM OLD.published_at "
    "OR NEW.published_by_id IS DISTINCT FROM OLD.published_by_id"
)

# --- The talk of the panel and its minutes --------------------------------------------------------

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
    dependencies = [("evaluations", "0001_the_evaluation")]
    operations = [
        refuse_changes("evaluations_instrument", when=USED.format(rows="OLD.id")),
        *(
            refuse_changes(f"evaluations_{part}", when=USED.format(rows=rows), verbs=(verb,))
            for part in PARTS
            for verb, rows in ROWS.items()
        ),
        refuse_changes("evaluations_snapshotitem"),
        refuse_changes("evaluations_snapshot"),
        # once a window is opened nothing is submitted any more, and what was submitted is not frozen a second time
        refuse_changes(
            "evaluations_snapshot", when=f"EXISTS ({OPENED}) AND EXISTS ({SUBMITTED})", verbs=("INSERT",)
        ),
        refuse_changes("evaluations_citysubmission"),
        refuse_changes("evaluations_citysubmission", when=f"EXISTS ({OPENED})", verbs=("INSERT",)),
        refuse_changes("evaluations_handin"),
        refuse_changes("evaluations_result"),
        refuse_changes("evaluations_lateentry"),
        # a score is free until its seat has a receipt; then it neither changes, goes, nor gets company
        *_with_insert("evaluations_score", HANDED_IN),
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
        *_with_insert("evaluations_exhibit", SETTLED),
        fulltext_index("evaluations_exhibit"),
        # no letter goes; what was published keeps every word, and its status only moves on
        refuse_changes("evaluations_officialresult", verbs=("DELETE",)),
        refuse_changes(
            "evaluations_officialresult",
            when=f"OLD.status <> 'draft' AND ({CHANGED} OR {PUBLISHED} OR (NEW.status <> OLD.status "
            "AND NOT (OLD.status = 'published' AND NEW.status IN ('replaced', 'withdrawn'))))",
            verbs=("UPDATE",),
        ),
        # what is closed, dropped or carried keeps its words; what is carried stays carried; no number moves
        refuse_changes("evaluations_recommendation", verbs=("DELETE",)),
        refuse_changes(
            "evaluations_recommendation",
            when=f"{PLACE} OR (OLD.status IN ('closed', 'dropped', 'carried') AND ({WORDS})) "
            "OR (OLD.status = 'carried' AND NEW.status <> 'carried')",
            verbs=("UPDATE",),
        ),
        refuse_changes("evaluations_recommendationevent"),
        *_with_insert("evaluations_recommendationstep", NOT_WITH_OWNER),
        refuse_changes("evaluations_reconciliation", when="OLD.status = 'closed'"),
        *_with_insert("evaluations_proposal", OF_PROPOSAL),
        *_with_insert("evaluations_interviewnote", OF_TALK),
        *_with_insert("evaluations_slotrun", OF_TALK),
        *_with_insert("evaluations_slot", OF_TALK),
        refuse_changes("evaluations_interview", when=OF_INTERVIEW),
    ]
