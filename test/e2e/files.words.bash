# A host with two tasks of one volume, and where their files are.
. "$REPO/test/lab/guest/break.bash"

# shellcheck disable=SC2034 # for the scripts
SBC_PRE=$REPO/dist/sesam/sbc_pre SBC_POST=$REPO/dist/sesam/sbc_post RUN_BEFORE=$REPO/dist/bacula/run-before
# shellcheck disable=SC2034
state=/var/lib/holdstill logs=/var/log/holdstill
configure <<'Y'
tasks:
  t: {lv: vg0/data, size: 8M}
  m: {lv: vg0/data, size: 8M, mount: /mnt/t}
sesam: {trace: true}
log: {level: debug}
Y
mark
