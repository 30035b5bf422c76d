# Of five snapshots one is on a disk that fails.
. "$REPO/test/e2e/faults.words.bash"

configure <<'Y'
log: {level: debug}
tasks:
  many: {each: {lv: vg0/m*}, size: 4M, autoextend: false}
Y
mark

# post NAME: and how many times it read snapshots.
post() {
  : >/var/log/holdstill/holdstill.log
  call "$1" "$POST" many
  grep -c '"argv":."dd"' /var/log/holdstill/holdstill.log
  same "$1" quickly
}

$PRE many >/dev/null
post sound

$PRE many >/dev/null
fail_under "vg0-$(snapshot_of many | grep m3)-cow"
post one
