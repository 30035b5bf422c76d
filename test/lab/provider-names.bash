# Snapshots of volumes with long names: TASKS and their LVS. The names of two more, TOO_LONG and NO_REAL, leave no room for what LVM adds.
. "$REPO/test/lab/guest/break.bash"

{
  echo 'tasks:'
  for n in "${!TASKS[@]}"; do echo "  ${TASKS[n]}: {lv: ${LVS[n]}, size: 8M}"; done
  echo "  too-long: {lv: $TOO_LONG, size: 8M}"
  echo "  no-real: {lv: $NO_REAL, size: 8M}"
} | configure
mark

for task in "${TASKS[@]}"; do
  call "$task" "$PRE" "$task"
  snapshot_of "$task" >"$LAB/$task.name"
  call "$task-post" "$POST" "$task"
done

call too-long "$PRE" too-long
call no-real "$PRE" no-real
same end
