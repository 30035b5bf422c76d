# The hook runs in the control group of a job, and systemd ends all that is in it.
. "$REPO/test/e2e/autoextend.words.bash"

configure <<'Y'
tasks:
  t: {lv: vg0/data, size: 8M}
Y
mark

# An EMULATION of systemd-run: it starts a program in a control group of its own, and ends
mkdir -p /run/systemd/system /run/cg
mount -t cgroup2 none /run/cg
mkdir /run/cg/job /run/cg/system.slice
executable /usr/bin/systemd-run <<'S'
#!/bin/bash
echo "$*" >"$LAB_DIRECTORY/systemd-run"
while [ "$1" != -- ]; do
  case $1 in --unit=*) unit=${1#*=} ;; --setenv=*) env+=("${1#*=}") ;; esac
  shift
done
shift
mkdir "/run/cg/system.slice/$unit.service"
set -- "${@//\$\$/\$}" # two dollar signs are one
setsid --fork sh -c 'echo $$ >"/run/cg/system.slice/$0.service/cgroup.procs"; exec "$@"' "$unit" env -i "${env[@]}" "$@" <>/dev/null >&0 2>&0
S
sed -i "s,.LAB_DIRECTORY,$LAB," /usr/bin/systemd-run
in_job() { sh -c 'echo $$ >/run/cg/job/cgroup.procs; exec "$@"' sh "$@"; }
of_watcher() { sed 's,^0::/,,; s,watch-[0-9a-f]*,watch-ID,' "/proc/$(watchers)/cgroup"; }
in_job "$PRE" t >/dev/null
until_true 20 watches
sleep 1
of_watcher
xargs kill -9 </run/cg/job/cgroup.procs 2>/dev/null
sleep 1
watchers | wc -l
$POST t >/dev/null
until_true 5 no_watcher

# It fails.
printf '#!/bin/sh\nexit 1\n' >/usr/bin/systemd-run
in_job "$PRE" t >/dev/null
until_true 20 watches
sleep 1
of_watcher
$POST t >/dev/null
rm -r /usr/bin/systemd-run /run/systemd/system
until_true 5 no_watcher
rmdir /run/cg/system.slice/*/ 2>/dev/null
umount /run/cg
same end
