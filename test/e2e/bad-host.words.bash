# A host with a task t, and one of many volumes.
. "$REPO/test/lab/guest/break.bash"

# shellcheck disable=SC2034 # for the scripts
SBC_PRE=$REPO/dist/sesam/sbc_pre RUN_BEFORE=$REPO/dist/bacula/run-before
many=many-$(printf 'x%.0s' {1..100}) # its journal is longer than a page

# sound: a configuration that is right.
sound() {
  configure <<Y
tasks:
  t: {lv: vg0/data, size: 8M}
  $many: {each: {lv: vg0/*}, size: 8M}
Y
}

sound
mark
