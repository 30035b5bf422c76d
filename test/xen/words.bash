# Words of the scripts for guests of Xen, in its control domain (guest/dom0.bash). They print `ok WHAT` or `failed WHAT: ...`.
mkdir -p -m 755 /etc/holdstill
# is WHAT GOT PATTERN
# shellcheck disable=SC2053 # a pattern
is() { [[ $2 == $3 ]] && echo "ok $1" || printf 'failed %s: %s\nis not\n%s\n' "$1" "$2" "$3"; }
# run WHAT STATUS COMMAND...: what it prints is in $said.
run() {
  local what=$1 due=$2 status
  shift 2
  said=$("$@" 2>&1)
  status=$?
  is "$what: status" "$status" "$due"
  [ $status = "$due" ] || printf '%s\n' "$said"
}
mounts() { while read -r _ at _; do [[ $at != /run/holdstill/* ]] || printf '%s ' "$at"; done </proc/mounts; }
things() {
  lvs --noheadings -o lv_name
  dmsetup ls | cut -f1 | sort
  mounts
}
state() { [[ $(xl list "$1" | tail -n 1) =~ ' '([r-][b-][p-][s-]..)' ' ]] && echo "${BASH_REMATCH[1]}"; }
# last FILE: the last whole line.
last() {
  local line n=0
  while read -r line; do n=$line; done <"$1"
  echo "$n"
}
# began: how often the guest has begun to count, by its console.
began() { grep -c '^guest: counts' /var/log/xen/console/guest-infra.log; }
# pids NAME: the processes of that name.
pids() {
  local comm
  for comm in /proc/[0-9]*/comm; do [ "$(<"$comm")" != "$1" ] || echo "${comm//[!0-9]/}"; done
} 2>/dev/null
pause_for() { read -r -t "$1" _ <>/dev/console; }
# until_true SECONDS COMMAND...: waits until it succeeds.
until_true() {
  local end=$((SECONDS + $1))
  shift
  until "$@"; do
    [ $SECONDS -lt $end ] || return 1
    pause_for 0.4
  done
  return 0
}

# trip TOOL CODE: at its next call CODE runs in the tool's place, which goes on as the tool if that says so by `return`.
trip() {
  local tool=$1 real=/usr/lib/xen-4.17/bin/xl
  if [ "$tool" = lvm ]; then
    real=/usr/lib/lvm.tripped
    [ -e $real ] || cp "$(readlink -f /usr/sbin/lvm)" $real
  fi
  printf '%s\n' "$2" >"/run/trip.$tool"
  [ ! -e "/run/tripped.$tool" ] || return 0
  : >"/run/tripped.$tool"
  rm -f "/usr/sbin/$tool"
  printf '#!/bin/bash\n[ ! -e /run/trip.%s ] || . /run/trip.%s\nexec -a "${0##*/}" %s "$@"\n' "$tool" "$tool" "$real" >"/usr/sbin/$tool"
  chmod 755 "/usr/sbin/$tool"
}
