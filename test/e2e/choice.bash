# Opens a task for each choice of parts: ${TASKS[@]}, each of them with the words ${CHOICES[n]}.
. "$REPO/test/lab/guest/break.bash"

# label PARTITION LABEL: of the ext file system in it.
label() {
  read -r start < <(partx --noheadings --raw -o START --nr "$1" /dev/vg0/disk)
  loop=$(losetup --find --show --offset $((start * 512)) --sizelimit 8M /dev/vg0/disk)
  e2label "$loop" "$2"
  losetup -d "$loop"
}

label 1 root
label 4 Größe

{
  echo tasks:
  for n in "${!TASKS[@]}"; do echo "  ${TASKS[n]}: {lv: vg0/disk, size: 8M${CHOICES[n]:+, ${CHOICES[n]}}}"; done
} | configure
mark

for task in "${TASKS[@]}"; do
  call "$task-plan" "$HOLDSTILL" plan "$task"
  call "$task" "$PRE" "$task"
  findmnt --raw --noheadings -o TARGET | sed -n "s#^/run/holdstill/$task/##p" | sort >"$LAB/$task.mounts"
  $HOLDSTILL status "$task" >"$LAB/$task.shown"
  $POST "$task" >/dev/null
  same "$task" quickly
done
