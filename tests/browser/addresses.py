"""The names of all addresses of the portal, and of those without a page of their own."""

from collections.abc import Iterator

from django.urls import URLPattern, URLResolver, get_resolver

NOT_A_PAGE = {
    # a redirect, a file, a part of a page, the machine's own addresses
    "opd:home",
    "opd:evidence_file",
    "opd:evidence_preview",
    "evaluations:bank_export",
    "evaluations:document_file",
    "evaluations:document_preview",
    "evaluations:snapshot_file",
    "evaluations:snapshot_preview",
    "evaluations:clarification_file",
    "evaluations:clarification_preview",
    "reports:report_status",
    "reports:report_download",
    "opd:calendar_feed",
    "healthz",
    "readyz",
    # they take a form; the page is the one the form is on
    "opd:quick_win_section",
    "opd:quick_win_move",
    "opd:quick_win_continue",
    "opd:year_confirm",
    "opd:evidence_add",
    "opd:evidence_link",
    "opd:evidence_delete",
    "opd:note_save",
    "opd:note_reply",
    "opd:program_section",
    "opd:program_move",
    "opd:program_new_year",
    "opd:progress_start",
    "opd:progress_move",
    "opd:progress_evidence",
    "opd:progress_link",
    "opd:progress_note",
    "opd:progress_reply",
    "opd:theme",
    "opd:import_save",
    "opd:import_again",
    "opd:import_refused",
    "opd:export",
    "opd:template",
    "opd:notifications_read",
    "opd:decision_add",
    "opd:decision_move",
    "evaluations:window_move",
    "evaluations:window_extend",
    "evaluations:seat_remove",
    "evaluations:interview_move",
    "evaluations:interview_run",
    "evaluations:interview_note",
    "evaluations:snapshot_read",
    "evaluations:hand_in",
    "evaluations:instrument_copy",
    "evaluations:instrument_load",
    "evaluations:instrument_file",
    "evaluations:instrument_draft_file",
    "evaluations:clarification_reply",
    "evaluations:clarification_attach",
    "evaluations:clarification_file_remove",
    "evaluations:clarification_withdraw",
    "evaluations:clarification_extend",
    "evaluations:clarification_pass_on",
    "evaluations:submission_move",
    "evaluations:official_scan",
    "evaluations:official_file",
    "evaluations:official_correct",
    "evaluations:official_move",
    "evaluations:answer_move",
    "evaluations:exhibit_add",
    "evaluations:exhibit_link",
    "evaluations:exhibit_delete",
    "evaluations:exhibit_file",
    "evaluations:exhibit_preview",
    "surveys:qr",
    "surveys:round_move",
    "surveys:confirm",
    "surveys:take_over",
    "reports:report_create",
    "reports:report_retry",
    # allauth's, for accounts that people open themselves; here the secretariat does
    "account_confirm_email",
    "account_confirm_login_code",
    "account_email",
    "account_email_verification_sent",
    "account_reauthenticate",
    "account_set_password",
}


def names_of_addresses() -> set[str]:
    """The names of all addresses of the portal but those of Django's administration."""
    return {name for name in _names(get_resolver()) if not name.startswith("admin:")}


def _names(resolver: URLResolver, space: str = "") -> Iterator[str]:
    for entry in resolver.url_patterns:
        if isinstance(entry, URLResolver):
            yield from _names(entry, f"{space}{entry.namespace}:" if entry.namespace else space)
        elif isinstance(entry, URLPattern) and entry.name:
            yield f"{space}{entry.name}"
