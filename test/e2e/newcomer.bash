# What does somebody read who has just installed it, and wrote what he hardly meant? /srv/data has other file systems below it.
. "$REPO/test/lab/guest/break.bash"

# /srv/data/db is another volume, tmp has nothing to save, html shows what is in app. /mnt/full is not empty.
touch /srv/data/plain
mkdir /srv/data/{db,tmp,html,app}
mkdir /mnt/full
touch /mnt/full/file
mount /dev/vg0/db /srv/data/db
mount -t tmpfs none /srv/data/tmp
mount --bind /srv/data/app /srv/data/html

configure <<'Y'
tasks:
  data: /srv/data
  strict: {path: /srv/data, skip: error}
  meant: {path: /srv/data, skip: error, exclude: [/srv/data/db]}
  web: {each: {lv: 'vg0/web-*'}, size: 8M}
  seven: {lv: vg0/web-1, partitions: [7, LABEL=none], size: 8M}
  live: {lv: vg0/web-1, mount: /srv/data}
  full: {lv: vg0/web-1, mount: /mnt/full}
Y

# A file that is not read is beside the configuration.
touch /etc/holdstill/tasks.yaml
mark
call validate "$HOLDSTILL" config validate
rm /etc/holdstill/tasks.yaml

# Plans, and tasks that fail or leave something out.
call web "$HOLDSTILL" plan web
call seven "$HOLDSTILL" plan seven
call strict-plan "$HOLDSTILL" plan strict
for task in strict meant live full; do
  call $task "$PRE" $task
  $POST $task >/dev/null
done

# Times.
call data "$PRE" data
call status "$HOLDSTILL" status data
call json "$HOLDSTILL" status data --json
$POST data >/dev/null

# What `find` says of a volume, of paths of any form, of a device.
cd /srv || exit
for one in vg0/web-1 vg0/none data data/plain /dev/null; do
  call find-${one//\//-} "$HOLDSTILL" find $one
done
cd /

# Commands that can't be run.
call run-name "$HOLDSTILL" run data -- no-such-program
for one in /no/such/program /srv/data/plain /srv; do
  call run${one//\//-} "$HOLDSTILL" run data -- $one
done

# The directory of the journals is read-only, as for a unit with ProtectSystem=strict.
mount --bind -o ro /var/lib/holdstill /var/lib/holdstill
mount -o remount,bind,ro /var/lib/holdstill
call protected "$PRE" web
umount /var/lib/holdstill

# Not root.
call nobody setpriv --reuid 65534 --regid 65534 --clear-groups "$HOLDSTILL" plan web

same end
