# Sourced before every script in the guest. LAB is the directory whose files come back to the host.

# call NAME COMMAND...: run it; what it says, its status and how long it took come back as calls.NAME. Returns its status.
call() {
  local name=$1 started=$EPOCHREALTIME status
  shift
  "$@" >"$LAB/$name.out" 2>"$LAB/$name.err" </dev/null
  status=$?
  local ended=$EPOCHREALTIME
  echo "$status $(((${ended/./} - ${started/./}) / 1000))" >"$LAB/$name.status"
  return "$status"
}

die() {
  echo "lab: $*" >&2
  exit 99
}

# executable PATH: what comes on standard input becomes a program.
executable() { cat >"$1" && chmod 755 "$1"; }

# until_true SECONDS COMMAND...: try it again and again until it succeeds.
until_true() {
  local end=$((SECONDS + $1))
  shift
  until "$@"; do
    [ "$SECONDS" -lt "$end" ] || return 1
    sleep 0.1
  done
}

# The power goes, now: nothing is written back. The run ends with status 125.
power_cut() {
  perl -e 'syscall(169, 0xfee1dead, 672274793, 0x4321fedc, 0)'
}
