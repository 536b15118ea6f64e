// Starts the dashboard: theme, live feed, pages.

import { render } from "preact";
import { App } from "./app";
import { startFeed } from "./feed";
import { restoreTheme } from "./ui/theme";

restoreTheme();
startFeed();
const root = document.getElementById("app");
if (root) render(<App />, root);
