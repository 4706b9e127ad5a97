"""Addresses of governance."""

from django.urls import path

from governance.views.approvals import ApprovalList
from governance.views.audit import AuditList, audit_entry
from governance.views.escalations import EscalationList, escalation, step
from governance.views.markets import choose_market
from governance.views.people import KeyList, PeopleList, change_person, end_key, invite, make_key, person

app_name = "governance"
urlpatterns = [
    path("market", choose_market, name="market"),
    path("approvals", ApprovalList.as_view(), name="approvals"),
    path("audit", AuditList.as_view(), name="audit"),
    path("audit/<int:pk>", audit_entry, name="audit-entry"),
    path("escalations", EscalationList.as_view(), name="escalations"),
    path("escalations/<int:pk>", escalation, name="escalation"),
    path("escalations/<int:pk>/<slug:verb>", step, name="escalation-step"),
    path("people", PeopleList.as_view(), name="people"),
    path("people/invite", invite, name="invite"),
    path("people/<int:pk>", person, name="person"),
    path("people/<int:pk>/<slug:verb>", change_person, name="change-person"),
    path("keys", KeyList.as_view(), name="keys"),
    path("keys/new", make_key, name="make-key"),
    path("keys/<int:pk>/revoke", end_key, name="end-key"),
]
