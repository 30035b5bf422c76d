# A TERM reaches sbc_pre at one of the MOMENTS (seconds): its status, and how many lines of which result.
. "$REPO/test/lab/guest/break.bash"

configure <<<'tasks: {t: {lv: vg0/plain, size: 16M, autoextend: false}}'
mark

for moment in "${MOMENTS[@]}"; do
  "$REPO/dist/sesam/sbc_pre" t >/run/said 2>/run/complained &
  sleep "$moment"
  kill -TERM $! 2>/dev/null
  wait $!
  status=$?
  echo "$status $(grep -c '^STATUS:OK$' /run/said) $(grep -c '^STATUS:ERROR {stopped by SIGTERM' /run/said) $(grep -c STATUS: /run/said)"
  cat /run/complained
  # 143: before the program had begun.
  case $status in
    0) call post "$POST" t ;;
    1 | 143) ;;
    *) echo "what is $status?" ;;
  esac
  same "after $moment s" quickly
done
same end
