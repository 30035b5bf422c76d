# Words of all scripts about disks and pools that fail: one post of each product.
. "$REPO/test/lab/guest/break.bash"
. "$REPO/test/lab/guest/faults.bash"

# shellcheck disable=SC2034 # for the scripts
SESAM=("$REPO/dist/sesam/sbc_post" x) BACULA=$REPO/dist/bacula/run-after
