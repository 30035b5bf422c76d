# A task of each trust: with which flags is it mounted, does a link lead on, is the file there that is only in the journal?
. "$REPO/test/lab/guest/break.bash"

configure <<'Y'
tasks:
  guest: {lv: vg0/data, size: 8M}
  host: {lv: vg0/data, size: 8M, trust: host}
  path: {path: /srv/data, size: 8M}
  hostile: {lv: vg0/data, size: 8M, trust: hostile}
  windows: {lv: vg0/win, size: 8M, trust: hostile}
  card: {lv: vg0/card, size: 8M, trust: hostile}
  kernel: {lv: vg0/xfs, size: 8M, trust: hostile}
Y

ln -s hello.txt /srv/data/way
echo "in the journal" >/srv/data/late
sync
mark

for task in guest host path hostile windows card; do
  call $task "$PRE" $task
  findmnt --noheadings -o FSTYPE,VFS-OPTIONS /run/holdstill/$task
  if cat /run/holdstill/$task/way >/dev/null 2>&1; then leads=on; else leads=nowhere; fi
  echo "$task: the link leads $leads, $(cat /run/holdstill/$task/late 2>/dev/null)"
  case $task in
    windows) lv=win ;;
    card) lv=card ;;
    *) lv=data ;;
  esac
  (cd /run/holdstill/$task && sha256sum noise.bin) | diff - "$LAB/static/$lv.sha256"
  call $task-post "$POST" $task
  same $task
done

# Only the kernel could read this one.
call kernel "$PRE" kernel
same kernel
