# For the scripts of sesam.test.ts: our hooks are where the (emulated) SEP client looks for them.
. "$REPO/test/e2e/guest.bash"
sep_install
