// The console's entry: starts what every page has. Pages add their own modules in {% block scripts %}.

import { startCharts } from "aedile/charts";
import { startComponents } from "aedile/components";
import { startDialogs } from "aedile/dialogs";
import { startGraphs } from "aedile/graphs";
import { startKeys } from "aedile/keys";
import { startLists } from "aedile/lists";
import { startMenus } from "aedile/menus";
import { startPalette } from "aedile/palette";
import { startRail } from "aedile/rail";
import { startRequests } from "aedile/requests";
import { startTheme } from "aedile/theme";
import { startTimes } from "aedile/times";
import { startToasts } from "aedile/toast";
import { startVeils } from "aedile/veils";

startTheme();
startKeys();
startRequests();
startToasts();
startDialogs();
startMenus();
startRail();
startPalette();
startLists();
startTimes();
startVeils();
startCharts();
startGraphs();
// After every module script of the page has run, so that pages can register components of their own.
document.addEventListener("DOMContentLoaded", startComponents);
