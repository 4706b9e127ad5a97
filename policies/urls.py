"""Addresses of policies."""

from django.urls import path

from policies.views.list_pages import EntryList, ListsList
from policies.views.policy_detail import policy_page
from policies.views.policy_list import PolicyList

app_name = "policies"
urlpatterns = [
    path("policies", PolicyList.as_view(), name="policies"),
    path("policies/<slug:code>", policy_page, name="policy"),
    path("lists", ListsList.as_view(), name="lists"),
    path("lists/<slug:name>", EntryList.as_view(), name="list"),
]
