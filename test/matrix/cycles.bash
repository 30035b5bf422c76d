# Opens and closes ${TASKS[@]} in turn, $COUNT times, while their origins are written to. Prints what is wrong, and at the end how
# many there were.
. "$REPO/test/lab/guest/break.bash"

configure <<'Y'
tasks:
  thick: {lv: vg0/a, size: 16M}
  parts: {lv: vg0/disk, size: 16M, autoextend: false}
  thin: {lv: vg0/thin}
  path: {path: /srv/data, size: 8M, autoextend: false}
Y
mkdir /srv/data/x
mark

# wrong STATUS: what the run said last.
wrong() { echo "cycle $cycle of $task: $1$(tail -n 3 /run/out | tr '\n' ' ')"; }

for ((cycle = 0; cycle < COUNT; cycle++)); do
  task=${TASKS[cycle % ${#TASKS[@]}]}
  $HOLDSTILL run "$task" -- true >/run/out 2>&1 || wrong "status $?: "
  grep -q '^  verdict   good: ' /run/out || wrong ''
  ((cycle % 50 != 49)) || same "after cycle $cycle"
done
same 'the end'
echo "done $COUNT"
