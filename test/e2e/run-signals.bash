# A signal reaches `holdstill run` while its command works: what does the command get, and is the task closed?
. "$REPO/test/e2e/run.words.bash"

configure <<'Y'
tasks:
  data: {lv: vg0/data, size: 8M}
Y
look before

# stopped NAME SIGNAL COMMAND...: send it once the command runs.
stopped() {
  local name=$1 signal=$2
  shift 2
  rm -f /run/started
  call "$name" setsid "$REPO/dist/holdstill" run data -- "$@" &
  until_true 30 test -e /run/started
  kill "-$signal" "$(pgrep -f '^holdstill run data$')"
  wait $!
  look "after-$name"
}

stopped term TERM sh -c 'touch /run/started; exec sleep 60'
stopped hup HUP sh -c 'touch /run/started; exec sleep 60'
stopped asked TERM sh -c 'trap "exit 9" TERM; touch /run/started; while :; do sleep 0.2; done'
stopped int INT sh -c 'touch /run/started; sleep 3; exit 6'

# A terminal's Ctrl-C reaches the whole group.
rm -f /run/started
call group setsid "$REPO/dist/holdstill" run data -- sh -c 'touch /run/started; exec sleep 60' &
until_true 30 test -e /run/started
kill -INT -- "-$(pgrep -f '^holdstill run data$')"
wait $!
look after-group
