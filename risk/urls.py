"""Addresses of risk."""

from django.urls import path

from risk.views import rule_detail, rule_editor, rule_runs, rule_steps, rule_tests
from risk.views.entities import EntityList
from risk.views.imports import ImportList, change_import, download_rejects, new_import, show_import
from risk.views.rejects import RejectList, change_many, dismiss, download_rejected, mend, show_rejected
from risk.views.rule_list import RuleList

app_name = "risk"
urlpatterns = [
    path("entities", EntityList.as_view(), name="entities"),
    path("rules", RuleList.as_view(), name="rules"),
    path("rules/new", rule_editor.new_rule, name="rule-new"),
    path("rules/check", rule_editor.check_text, name="rule-check"),
    path("rules/complete", rule_editor.complete_text, name="rule-complete"),
    path("rules/<slug:code>", rule_detail.rule_page, name="rule"),
    path("rules/<slug:code>/edit", rule_editor.edit_rule, name="rule-edit"),
    path("rules/<slug:code>/<int:number>/next", rule_steps.write_next, name="rule-next"),
    path("rules/<slug:code>/<int:number>/run", rule_runs.start, name="rule-run"),
    path("rules/<slug:code>/<int:number>/run/progress", rule_runs.progress, name="rule-run-progress"),
    path("rules/<slug:code>/<int:number>/run/<int:run_id>/cancel", rule_runs.cancel, name="rule-run-cancel"),
    path("rules/<slug:code>/<int:number>/tests", rule_tests.add, name="rule-test-add"),
    path("rules/<slug:code>/<int:number>/tests/<int:test_event_id>/remove", rule_tests.remove, name="rule-test-remove"),
    path("rules/<slug:code>/<int:number>/<slug:verb>", rule_steps.step, name="rule-step"),
    path("imports", ImportList.as_view(), name="imports"),
    path("imports/new", new_import, name="new-import"),
    path("imports/<int:pk>", show_import, name="import"),
    path("imports/<int:pk>/rejects.csv", download_rejects, name="import-rejects"),
    path("imports/<int:pk>/<slug:verb>", change_import, name="change-import"),
    path("rejects", RejectList.as_view(), name="rejects"),
    path("rejects.jsonl", download_rejected, name="rejects-file"),
    path("rejects/many/<slug:verb>", change_many, name="change-rejects"),
    path("rejects/<int:pk>", show_rejected, name="reject"),
    path("rejects/<int:pk>/mend", mend, name="mend-reject"),
    path("rejects/<int:pk>/dismiss", dismiss, name="dismiss-reject"),
]
