"""Addresses of cases."""

from django.urls import path

from cases.views.correcting import correct, correction_preview
from cases.views.deciding import decide, preview
from cases.views.entity import entity
from cases.views.held import settle_held
from cases.views.queue import CaseQueue, claim_next_case
from cases.views.steps import claim, escalate, keep, note, presence, release
from cases.views.workspace import detail

app_name = "cases"
urlpatterns = [
    path("cases", CaseQueue.as_view(), name="queue"),
    path("cases/next", claim_next_case, name="next"),
    path("cases/<int:pk>", detail, name="detail"),
    path("cases/<int:pk>/claim", claim, name="claim"),
    path("cases/<int:pk>/release", release, name="release"),
    path("cases/<int:pk>/keep", keep, name="keep"),
    path("cases/<int:pk>/presence", presence, name="presence"),
    path("cases/<int:pk>/preview", preview, name="preview"),
    path("cases/<int:pk>/decide", decide, name="decide"),
    path("cases/<int:pk>/notes", note, name="note"),
    path("cases/<int:pk>/escalate", escalate, name="escalate"),
    path("cases/<int:pk>/correct", correct, name="correct"),
    path("cases/<int:pk>/correct/preview", correction_preview, name="correction-preview"),
    path("cases/<int:pk>/held/<slug:verb>", settle_held, name="settle-held"),
    path("entities/<int:pk>", entity, name="entity"),
]
