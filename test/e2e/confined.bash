# Whatever reads a hostile disk writes its own rights to /run/rights before it begins.
. "$REPO/test/lab/guest/break.bash"

# What FreeBSD has in it is for partx to tell.
printf 'label: dos\nstart=2048, size=16384\nsize=2048, type=a5\n' | sfdisk -q --no-reread --no-tell-kernel /dev/vg0/disk
mkfs.ext4 -q -F -E offset=$((2048 * 512)) /dev/vg0/disk 8M
(
  umask 077
  printf secret >/etc/holdstill.key
)
cryptsetup luksFormat -q --type luks1 --pbkdf-force-iterations 1000 /dev/vg0/locked /etc/holdstill.key
cryptsetup open --key-file /etc/holdstill.key /dev/vg0/locked locked
mkfs.ext4 -q /dev/mapper/locked
dmsetup remove --retry locked
configure <<'Y'
tasks:
  ext: {lv: vg0/ext, size: 8M, trust: hostile, check: true}
  win: {lv: vg0/win, size: 8M, trust: hostile, check: true}
  card: {lv: vg0/card, size: 8M, trust: hostile}
  disk: {lv: vg0/disk, size: 8M, trust: hostile}
  locked: {lv: vg0/locked, size: 8M, trust: hostile, keys: [/etc/holdstill.key]}
Y
mark

: >/run/rights
chmod 666 /run/rights

# rights WHAT PID: of a program that goes on.
rights() {
  {
    echo "$1"
    cat "/proc/$2/status"
    echo "net: $(readlink "/proc/$2/ns/net")"
  } >>/run/rights
}

# Tools that end: each is one that looks at itself first, if holdstill has called it.
mkdir -p /run/real
for tool in blkid partx e2fsck ntfs-3g.probe ntfsfix cryptsetup; do
  path=$(command -v $tool)
  mv "$path" /run/real/$tool
  executable "$path" <<S
#!/bin/bash
case \$(tr '\0' ' ' </proc/\$PPID/cmdline) in
  *dist/* | holdstill*)
    {
      echo $tool
      cat /proc/self/status
      echo "net: \$(readlink /proc/self/ns/net)"
    } >>/run/rights
    ;;
esac
exec /run/real/$tool "\$@"
S
done

for task in ext win card disk locked; do
  call $task "$PRE" $task
  ls /run/holdstill/$task* >/dev/null || echo "$task: can't be read"
  for pid in $(pgrep -f "fuse2fs|ntfs-3g|exfat-fuse"); do rights "$(ps -o comm= "$pid") of $task" "$pid"; done
  call $task-post "$POST" $task
  same $task
done
readlink /proc/self/ns/net >"$LAB/net"
cp /run/rights "$LAB/rights"

# Where setpriv is missing.
mv /usr/bin/setpriv /run/real/
call without "$PRE" ext
call without-post "$POST" ext
same 'without setpriv'
