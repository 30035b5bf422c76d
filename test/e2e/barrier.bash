# A barrier over two volumes with a writer over both, and what goes wrong while it stands.
. "$REPO/test/e2e/cut.words.bash"

configure <<'Y'
tasks:
  t: {each: {lv: 'vg0/[ab]'}, size: 8M, quiesce: barrier, quiesceLimit: 9s}
  live: {each: {lv: 'vg0/[ab]'}, size: 8M}
  own: {each: {lv: 'vg0/[ac]'}, size: 8M, quiesce: barrier}
  others: {each: {lv: 'vg0/[ab]'}, size: 8M, quiesce: [{command: {rest: [/usr/local/sbin/suspend], thaw: [/bin/true]}}, barrier]}
  thin: {lv: vg0/thin1, quiesce: barrier}
  image: {file: /srv/img/x.img, quiesce: barrier}
Y
write
mark

stopped() { grep -qs 1 /sys/block/dm-*/dm/suspended; }
moving() { ! stopped; }
last() { echo "$(tail -n 1 "/run/holdstill/$1/a/lines") $(tail -n 1 "/run/holdstill/$1/b/lines")"; }

for task in t t t t t live live live; do
  dmesg -C
  $PRE "$task" >/run/said
  echo "$task $(last "$task")"
  dmesg | grep -c 'recovery complete' | sed "s/^/$task recovered /"
  stopped && echo "$task: writes still wait"
  $POST "$task" >/dev/null || echo "$task: post failed"
done
# Another task has a snapshot of one of them meanwhile.
$PRE live >/dev/null
call plan "$HOLDSTILL" plan t
call good "$PRE" t
echo "t $(last t)"
$POST t >/dev/null || echo 'beside another: post failed'
$POST live >/dev/null || echo 'the other: post failed'
same cuts

# The shell of lvm, which takes the snapshots, kills its hook, or takes longer than the barrier may stand.
real=$(readlink -f /usr/sbin/lvm)
mv "$real" "$real.real"
cat >"$real" <<SH
#!/bin/bash
if [ \$# = 0 ] && grep -qs 1 /sys/block/dm-*/dm/suspended; then
  touch /run/stopped
  case \$(</run/how) in
    kill) kill -9 "\$PPID" ;;
    slow) sleep 12 ;;
  esac
fi
exec -a "\$0" $real.real "\$@"
SH
chmod 755 "$real"
for one in kill slow; do
  how $one
  rm -f /run/stopped
  setsid --wait bash -c "$PRE t" >"$LAB/$one" 2>&1 &
  until_true 20 test -e /run/stopped || echo "$one: nothing was stopped"
  until_true 12 moving || echo "$one: writes still wait"
  wait $!
  call "after-$one" "$POST" t
  same "$one"
done
mv "$real.real" "$real"
how ''

# Somebody suspends a volume after holdstill has looked at it: that stays his.
printf '#!/bin/sh\ndmsetup suspend vg0-b\n' | executable /usr/local/sbin/suspend
call others "$PRE" others
echo "b suspended: $(dmsetup info -c --noheadings -o suspended vg0-b), a: $(dmsetup info -c --noheadings -o suspended vg0-a)"
dmsetup resume vg0-b
same others

# Something of holdstill is on a volume, or on a file in one; or what is to be saved is no volume.
mount /dev/vg0/c /var/lib/holdstill
call own "$PRE" own
umount /var/lib/holdstill
mv /var/cache/holdstill /run/kept
mkdir -m 700 /srv/a/cache
ln -s /srv/a/cache /var/cache/holdstill
call link "$PRE" t
rm -rf /srv/a/cache /var/cache/holdstill
mv /run/kept /var/cache/holdstill
truncate -s 16M /srv/a/x.img /srv/img/x.img
mke2fs -q -t ext4 /srv/a/x.img
mount -o loop /srv/a/x.img /var/log/holdstill
call inside "$PRE" t
umount /var/log/holdstill
call image "$PRE" image
call thin "$PRE" thin
kill -9 "$(</run/writer.pid)"
