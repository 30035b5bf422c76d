# A signal reaches pre at each of its nine commands, and post at some MOMENTS; before the command, after it, or the whole group.
. "$REPO/test/lab/guest/break.bash"

configure <<<'tasks: {t: {each: {lv: vg0/*}, size: 16M, autoextend: false}}'
mark
break_tools

signals=(TERM INT HUP) hows=(before after group)

for n in {1..9}; do
  how=${hows[(n / 3 + n) % 3]}
  break_at "$n" "$how" "${signals[n % 3]}" "$PRE" t
  status=$?
  echo "pre $n $hit $how: $status"
  [ $status = 1 ] || cat /run/break/out
  same "$n $how" quickly
done

for n in "${MOMENTS[@]}"; do
  $PRE t >/dev/null
  break_at "$n" group "${signals[n % 3]}" "$POST" t
  status=$?
  echo "post $n group: $status"
  [ $status = 0 ] || cat /run/break/out
  same "post $n" quickly
done
same end
