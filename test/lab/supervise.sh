#!/bin/bash
# supervise.sh RUN-DIRECTORY COMMAND...: keeps a guest for as long as the runner wants it.
# Our standard input is a pipe that the runner holds. A line on it means: kill the guest. Its end means that the runner is gone
# (killed, interrupted, its worker ended), so besides the guest the run directory goes as well.
run=$1
shift
exec 3<&0 </dev/null
# A session of its own: a guest is many processes, and only its process group catches all of them.
setsid "$@" >"$run/console" 2>&1 3<&- &
guest=$!
{
  read -r -u 3
  end=$?
  kill -9 -- "-$guest"
  exit "$end"
} 2>/dev/null &
watch=$!
wait "$guest"
status=$?
kill -9 -- "-$guest" 2>/dev/null
kill "$watch" 2>/dev/null
wait "$watch" 2>/dev/null
[ $? -ne 1 ] || [ -n "$LAB_KEEP" ] || rm -rf -- "$run"
exit "$status"
