# A file system answers no more: each task needs something of it. How long do the hooks take?
. "$REPO/test/lab/guest/break.bash"

# A file system in user space, with an image, a directory and a key.
truncate -s 60M /run/f.img
mkntfs -q -F -f /run/f.img >/dev/null
mkdir /f
ntfs-3g /run/f.img /f
until_true 10 mountpoint -q /f
truncate -s 4M /f/a.img
mkfs.ext2 -q -F /f/a.img
mkdir /f/data
echo key >/f/key
ln -s /f/data /srv/link

configure <<'Y'
tasks:
  open: {file: /f/a.img, copy: true, timeout: 30s}
  path: {path: /f/data, timeout: 6s}
  below: {path: /srv/link, timeout: 6s}
  image: {file: /f/a.img, copy: true, timeout: 6s}
  pattern: {file: '/f/*.img', copy: true, timeout: 6s}
  mount: {lv: vg0/a, mount: /f/m, size: 4M, timeout: 6s}
  key: {lv: vg0/a, keys: [/f/key], size: 4M, timeout: 6s}
  subvolume: {subvolume: /f/data, timeout: 6s}
Y

# One task is opened while it answers; then it is stopped.
mark
call open "$PRE" open
pid=$(pidof ntfs-3g | tr ' ' '\n' | tail -n 1)
kill -STOP "$pid"

# timed NAME COMMAND...: what it says, its status, and how many tenths of a second it takes.
timed() {
  local began=$EPOCHREALTIME name=$1
  shift
  timeout -s KILL 90 "$@" >"$LAB/$name.said" 2>&1 </dev/null
  echo "$? $((($(tr -d . <<<$EPOCHREALTIME) - $(tr -d . <<<$began)) / 100000))" >"$LAB/$name.took"
}

for task in path below image pattern mount key subvolume; do timed "pre $task" "$PRE" $task; done
timed 'plan path' "$HOLDSTILL" plan path
timed status "$HOLDSTILL" status
timed find "$HOLDSTILL" find /f/data
timed post "$POST" open

# It answers again.
kill -CONT "$pid"
call again "$POST" open
call recover "$HOLDSTILL" recover
same end
