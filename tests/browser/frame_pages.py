"""The console's addresses with the style guide and a long list, for the browser tests of the frame."""

from django.urls import include, path

from dashboards.views.styleguide import Styleguide
from tests.governance.list_page import EscalationList


class BulkList(EscalationList):
    bulk_template = "components/flashes.html"  # any template will do: the boxes and the bar are what is tested


urlpatterns = [
    path("styleguide", Styleguide.as_view()),
    path("list", EscalationList.as_view(), name="list"),
    path("bulk", BulkList.as_view()),
    path("", include("governance.project.urls")),
]
