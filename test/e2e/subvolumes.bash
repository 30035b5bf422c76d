# Snapshots of subvolumes that others own, that are read-only, that somebody moves or replaces, after a crash, with old tools.
. "$REPO/test/lab/guest/break.bash"

# The top of the file system at /srv/cow; `own` belongs to user 1000, `archive` is read-only.
umount /srv/cow
mount /dev/vg0/cow /srv/cow
for name in own bob archive; do
  btrfs -q subvolume create /srv/cow/$name
  echo "this is $name" >/srv/cow/$name/name
done
mkdir /srv/cow/own/docs
echo secret >/srv/cow/own/docs/f
chown 1000 /srv/cow/own
chmod 755 /srv/cow/own /srv/cow/own/docs
chmod 644 /srv/cow/own/docs/f
sync
btrfs property set /srv/cow/archive ro true
mkdir /srv/alone /srv/locked

configure <<'Y'
tasks:
  own: {subvolume: /srv/cow/own}
  again: /srv/cow/own/docs
  archive: {subvolume: /srv/cow/archive}
  alone: {subvolume: /srv/alone}
  locked: {subvolume: /srv/locked}
Y
mark

# as USER COMMAND...
as() { setpriv --reuid="$1" --clear-groups -- "${@:2}" 2>/dev/null; }

# btrfs runs what is in /run/before first. before WORD COMMAND: once, when it is called with that word.
path=$(realpath "$(type -P btrfs)")
mkdir /run/real
mv "$path" /run/real/btrfs
cat >"$path" <<'S'
#!/bin/bash
. /run/before
exec /run/real/btrfs "$@"
S
chmod 755 "$path"
: >/run/before
before() { printf 'if [[ " $* " = *" %s "* ]]; then : >/run/before; %s; fi\n' "$1" "$2" >/run/before; }

# D: the directory of our snapshots in `own`.
D() { echo /srv/cow/own/.hs.*; }

# Who may enter the subvolume sees nothing of the past, not even who owns it.
call own "$PRE" own
chmod 600 /srv/cow/own/docs/f
for user in 1000 65534; do
  as $user find /srv/cow -name f -exec cat {} +
  as $user ls -d /srv/cow/own/.hs.*/*
done
ls -A /run/holdstill/own
cat /run/holdstill/own/docs/f
stat -c '%a %u' "$(D)"
call again "$PRE" again
cat /run/holdstill/again/f
call again-post "$POST" again
call own-post "$POST" own
chmod 644 /srv/cow/own/docs/f
same 'own and again'

# Read-only ones: below a subvolume that is not, mounted alone, and where nothing else is mounted.
call archive "$PRE" archive
cat /run/holdstill/archive/name
ls -d /srv/cow/.hs.*/*
call archive-post "$POST" archive
same archive

mount -o subvol=archive /dev/vg0/cow /srv/alone
call alone "$PRE" alone
cat /run/holdstill/alone/name
call alone-post "$POST" alone

mount -o subvol=own /dev/vg0/cow /srv/locked
mount -o remount,bind,ro /srv/locked
call locked "$PRE" locked
cat /run/holdstill/locked/name
call locked-post "$POST" locked

umount /srv/cow
call alone-only "$PRE" alone
call locked-only "$PRE" locked
umount /srv/alone /srv/locked
mount /dev/vg0/cow /srv/cow
rmdir /srv/alone /srv/locked
mkdir /srv/alone /srv/locked
same 'read-only ones'

# The owner puts a directory of his own in the place of ours; before the snapshot, and before it is deleted.
before snapshot 'mv /srv/cow/own/.hs.* /srv/cow/own/kept; d=$(basename "$(dirname "${!#}")"); mkdir -m 777 /srv/cow/own/$d; chown 1000 /srv/cow/own/$d'
call swapped "$PRE" own
ls -A "$(D)"
rmdir "$(D)"
rmdir /srv/cow/own/kept
call swapped-again "$HOLDSTILL" recover own
same swapped

$PRE own >/dev/null
d=$(D)
mv "$d" /srv/cow/own/kept
ln -s /srv/cow/bob "$d"
call moved "$POST" own
cat /srv/cow/bob/name
rm "$d"
mv /srv/cow/own/kept "$d"
call moved-back "$POST" own
same moved

$PRE own >/dev/null
touch "$(D)/file"
call full "$POST" own
rm "$(D)/file"
call full-again "$POST" own
same full

# Killed before the snapshot, and before it was noted; the file system is away.
before snapshot 'kill -9 $PPID; exit 1'
$PRE own 2>/dev/null
call killed "$HOLDSTILL" recover
same killed

$PRE own >/dev/null
edit_journal /var/lib/holdstill/own.journal -e '/"opened"/d' -e '/"learned"/d'
call unnoted "$HOLDSTILL" recover
same unnoted

$PRE own >/dev/null
umount /run/holdstill/own /srv/cow
call away "$POST" own
mount /dev/vg0/cow /srv/cow
call back "$HOLDSTILL" recover
same away

# As version 0.1.0 noted it.
$PRE own >/dev/null
d=$(D)
umount /run/holdstill/own
btrfs subvolume delete "$d/0.own" >/dev/null
rmdir "$d"
btrfs subvolume snapshot -r /srv/cow/own "$d.0.own" >/dev/null
edit_journal /var/lib/holdstill/own.journal -e '/"btrfs-directory"/d' -e '/"learned":{"uuid"/d' \
  -e 's/"within":"[^"]*","withinUuid":"[^"]*",//' -e 's,/0\.own",.0.own",'
grep -c withinUuid /var/lib/holdstill/own.journal
call old "$POST" own
same old

# An emulation of btrfs-progs 5.4, by what its options are.
cat >/run/before <<'S'
if [[ " $* " = *" --subvolid "* || " $* " = *" --uuid "* ]]; then
  echo 'btrfs: unrecognized option' >&2
  exit 1
fi
if [[ $* = *delete\ --help ]]; then
  /run/real/btrfs "$@" | grep -v subvolid
  exit 0
fi
S
call old-plan "$HOLDSTILL" plan own
call old-tools "$PRE" own
call old-tools-post "$POST" own
same 'old tools'

$PRE own >/dev/null
d=$(D)
btrfs subvolume snapshot -r /srv/cow/bob /srv/cow/bob/0.own >/dev/null
mv "$d" /srv/cow/own/kept
ln -s /srv/cow/bob "$d"
call old-moved "$POST" own
rm "$d"
mv /srv/cow/own/kept "$d"
call old-back "$POST" own
btrfs subvolume delete /srv/cow/bob/0.own >/dev/null
same 'old tools, moved'
: >/run/before
mv -f /run/real/btrfs "$path"

# One that no journal lists: what status says removes it.
mkdir -m 700 /srv/cow/bob/.hs.0badcafe
btrfs -q subvolume snapshot -r /srv/cow/bob /srv/cow/bob/.hs.0badcafe/0.bob
call stray "$HOLDSTILL" status
sed -n 's/.*no journal lists it; [^:]*: //p' "$LAB/stray.out" | bash >/dev/null
same stray
