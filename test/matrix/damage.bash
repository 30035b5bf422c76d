# Damages volumes and opens them: "NAME VOLUME DAMAGE..." of each of ${IMAGES[@]}; the damage is in words of damage.pl. No hook may
# take longer than $LONGEST seconds.
. "$REPO/test/lab/guest/break.bash"

{
  echo tasks:
  for volume in "${VOLUMES[@]}"; do echo "  $volume: {lv: vg0/$volume, size: 8M, autoextend: false}"; done
  echo '  every: {each: {lv: "vg0/[ew]*"}, size: 8M, autoextend: false}'
} | configure
mark

mkdir /dev/shm/base
for volume in "${VOLUMES[@]}"; do cat "/dev/vg0/$volume" >"/dev/shm/base/$volume"; done

# try NAME VOLUME DAMAGE...: the volume as it was made, but for this damage, and through pre, a reader and post.
try() {
  local name=$1 volume=$2
  shift 2
  cat "/dev/shm/base/$volume" >"/dev/vg0/$volume"
  perl "$REPO/test/lab/guest/damage.pl" "/dev/vg0/$volume" "$@" || echo "$name: not damaged"
  call "$name" timeout "$LONGEST" "$PRE" "$volume" && {
    timeout "$LONGEST" find "/run/holdstill/$volume" -xdev -type f -size -100k -exec cat {} + >/dev/null 2>&1
    [ $? -ne 124 ] || echo "$name: reading hangs"
    call "$name.post" timeout "$LONGEST" "$POST" "$volume"
  }
  same "$name" quickly
}
for image in "${IMAGES[@]}"; do
  # shellcheck disable=SC2086 # its words
  try $image
done

# One damaged volume among others: they are not lost without a word.
cat /dev/shm/base/ext4 >/dev/vg0/ext4
perl "$REPO/test/lab/guest/damage.pl" /dev/vg0/ext4 zero 1024 1024
call every timeout "$LONGEST" "$PRE" every
same end
