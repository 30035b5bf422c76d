# Journals of another boot, cut off, noted and not done, damaged.
. "$REPO/test/e2e/foreign.words.bash"

$PRE t >/dev/null
edit_journal "$journal" '1s/"boot":"[^"]*"/"boot":"another"/'
umount /mnt/t
call boot-status "$HOLDSTILL" status t
call boot "$POST" t
same 'another boot' quickly
call twice "$POST" t

# Pre comes before post.
$PRE t >/dev/null
edit_journal "$journal" '1s/"boot":"[^"]*"/"boot":"another"/'
umount /mnt/t
$PRE t >/dev/null
call boot-pre "$POST" t
same 'pre after a boot'

# Its last line is cut off; nothing but zeros.
crashed
size=$(stat -c %s "$journal")
last=$(tail -n 1 "$journal" | wc -c)
truncate -s $((size - last / 2)) "$journal"
call cut "$HOLDSTILL" recover
same 'a line cut off' quickly
for keep in 0 20; do
  head -c $keep /dev/zero | tr '\0' x >"$journal"
  call cut-$keep "$POST" t
  same "a journal of $keep bytes" quickly
done

# Damaged in the middle, in two ways; u is whole.
for damage in '2s/.*/{"do":/' '3s/.*/{"what":1}/'; do
  n=$((n + 1))
  $PRE t >/dev/null
  $PRE u >/dev/null
  edit_journal /var/lib/holdstill/u.journal '/"opened"/d'
  cp "$journal" /run/whole
  sed -i "$damage" "$journal"
  call damaged$n-status "$HOLDSTILL" status
  call damaged$n-pre "$PRE" t
  call damaged$n-post "$POST" t
  [ "$(compgen -G "/dev/mapper/vg0-hs.*plain" | wc -l)" = 1 ] || echo 'the snapshot of a damaged journal was removed'
  call damaged$n-recover "$HOLDSTILL" recover
  ! compgen -G "/dev/mapper/vg0-hs.*other" >/dev/null || echo 'the whole journal was not recovered'
  cp /run/whole "$journal"
  $POST t >/dev/null
  same "damage $n"
done
