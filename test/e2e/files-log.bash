# The log and the trace, who can look into a mount, and what must not come into any of them.
. "$REPO/test/e2e/files.words.bash"
log=$logs/holdstill.log

# both NAME: pre and post.
both() {
  call "$1-pre" "$PRE" t
  call "$1-post" "$POST" t
}

chmod 777 "$logs"
both log-directory
[ ! -e "$log" ] || echo 'it was written'
chmod 700 "$logs"
touch "$log"
chmod 666 "$log"
both log-file
[ ! -s "$log" ] || echo 'it was written'
rm "$log"
ln -s /srv/target "$log"
both log-link
rm "$log"
mkfifo "$log"
both log-fifo
rm "$log"
both log-sound
stat -c %a "$log" >"$LAB/mode"

# The trace.
ln -s /srv/target "$logs/trace.jsonl"
call trace-link "$SBC_PRE" t
$SBC_POST t >/dev/null
rm "$logs/trace.jsonl"
ls /srv >"$LAB/srv"

# Who can look into a mount.
call plan-open "$HOLDSTILL" plan m
chmod 700 /mnt
call plan-closed "$HOLDSTILL" plan m
chmod 755 /mnt
call plan-own "$HOLDSTILL" plan t

# Nothing of the caller's environment or of the user's command goes to a tool, the log or the trace.
mkdir /run/real
for tool in lvm losetup mount umount blkid partx flock; do
  path=$(command -v $tool)
  mv "$path" /run/real/$tool
  executable "$path" <<S
#!/bin/sh
{
  tr '\\0' '\\n' </proc/\$\$/environ
  echo "\$0 \$@"
} >>/run/seen
exec /run/real/$tool "\$@"
S
done

export SECRET_NAME=s3cr3t
call traced "$SBC_PRE" t
call traced-post "$SBC_POST" t
call ran "$HOLDSTILL" run t -- sh -c 'echo "$SECRET_NAME $1"' sh s3cr3t-argument
call failed "$HOLDSTILL" run t -- /no/such/s3cr3t-command
call tool-failed env PATH=/s3cr3t "$PRE" m
for tool in /run/real/*; do mv "$tool" "$(command -v "${tool##*/}")"; done
call closed "$POST" m
grep -c HOLDSTILL_TASK=t /run/seen >"$LAB/count"
grep -l s3cr3t /run/seen "$logs"/* "$state"/* 2>/dev/null
grep -o '"SECRET_NAME"' "$logs/trace.jsonl" | head -n 1 >"$LAB/traced"
same end
