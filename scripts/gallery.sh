#!/bin/bash
# `make gallery [SCENES="list page"]`: every view and state of the window, light and dark, drawn in a plain browser over the fake
# host; pictures and an index page in target/gallery/. What axe says of them is part of `make test`.
# shellcheck source=scripts/environment.sh
source "$(dirname "$0")/environment.sh"

"$ROOT/scripts/ensure.sh" test
source "$ROOT/scripts/environment.sh"
node_modules "$ROOT/ui"
cd "$ROOT/ui"
exec node gallery/draw.mjs "$ROOT/target/gallery" "$@"
