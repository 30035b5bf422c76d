# For demo.bash: what a person sees. Whether in colours says test/demo.ts, which knows if there is a terminal.
if [ -n "$DEMO_COLOR" ]; then
  strong=$'\e[1m' faint=$'\e[2m' good=$'\e[32m' bad=$'\e[1;31m' title=$'\e[1;36m' plain=$'\e[0m'
fi
steps=0

# step HEADLINE: what comes now.
step() {
  steps=$((steps + 1))
  printf '\n%s%s  %s%s\n' "$title" "$steps" "$*" "$plain"
}

# note TEXT: one line that explains.
note() { printf '   %s%s%s\n' "$faint" "$*" "$plain"; }

# typed COMMAND: show it as one would type it, run it, indent what it says (also left in /run/said). Returns its status;
# $took has its milliseconds.
typed() {
  local began=$EPOCHREALTIME status
  printf '   %s# %s%s\n' "$strong" "$1" "$plain"
  bash -c "set -o pipefail; $1" </dev/null 2>&1 | tee /run/said | sed -u 's/^/     /'
  status=${PIPESTATUS[0]}
  # shellcheck disable=SC2034 # for the caller
  took=$(((${EPOCHREALTIME/./} - ${began/./}) / 1000))
  return "$status"
}

# claim TEXT COMMAND...: ok if the command succeeds; else FAILED, with what it said.
claim() {
  local text=$1 said
  shift
  if said=$("$@" 2>&1); then
    printf '   %sok%s      %s\n' "$good" "$plain" "$text"
    echo "ok $text" >>"$LAB/claims"
  else
    printf '   %sFAILED%s  %s\n' "$bad" "$plain" "$text"
    [ -z "$said" ] || printf '%s\n' "$said" | head -n 8 | sed 's/^/           | /'
    echo "FAILED $text" >>"$LAB/claims"
  fi
}

# said_ok STATUS: is it 0, and is the last line of what was typed the one that SEP sesam looks for, the only one of its kind?
said_ok() { [ "$1" = 0 ] && [ "$(tail -n 1 /run/said)" = STATUS:OK ] && [ "$(grep -c '^STATUS:' /run/said)" = 1 ]; }

# last FILE: the number of the file that the guest wrote last.
last() { tail -n 1 "$1"; }

# nothing_below DIRECTORY...: is each of them missing or empty? A mount point must be missing.
nothing_below() {
  [ ! -e "$1" ] || { echo "$1 is there" && return 1; }
  shift
  local found
  found=$(find "$@" -mindepth 1 2>/dev/null)
  [ -z "$found" ] || { echo "$found" && return 1; }
}
