# Tasks of several guests, of a stale disk, of two below one directory, of a path.
. "$REPO/test/lab/guest/break.bash"

configure <<'Y'
tasks:
  all: {each: {lv: 'vg0/vm*'}, size: 8M}
  stale: {lv: vg0/stale, size: 8M}
  a: {lv: vg0/data, size: 8M, mount: /mnt/both/a}
  b: {lv: vg0/other, size: 8M, mount: /mnt/both/b}
  tree: {path: /srv/data, size: 8M}
Y
