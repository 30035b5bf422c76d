# Tasks that are paths: a whole file system, a directory in it, a link, one that is not there, one that is on no volume.
. "$REPO/test/e2e/run.words.bash"

configure <<'Y'
tasks:
  whole: /srv/data
  part: {path: "/srv/data/sub dir", mount: /mnt/part}
  linked: /srv/link
  deep: /srv/data/other/deep
  elsewhere: /usr
Y
look before

mkdir -p '/srv/data/sub dir' /srv/data/other
echo inside >'/srv/data/sub dir/file'
ln -s '/srv/data/sub dir' /srv/link
sync -f /srv/data

call whole holdstill run whole -- sh -c 'cd "$0" && ls -d "sub dir" hello.txt' '{mount}'
call part holdstill run part -- sh -c 'ls -A "$0"; cat "$0/file"; touch "$0/new" 2>&1; cd "$0/.." && pwd' '{mount}'
call linked holdstill run linked -- cat '{mount}/file'
call deep holdstill pre deep
call elsewhere holdstill pre elsewhere
look after
