# For the scripts of run.test.ts.
. "$REPO/test/e2e/guest.bash"

holdstill() { "$REPO/dist/holdstill" "$@"; }
