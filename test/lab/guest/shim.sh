#!/bin/sh
# In the place of a tool; see break_tools in break.bash. Built-in commands only: a fork costs 30 ms in the guest.
tool=${0##*/}
real=/run/break/real/$tool
read -r at how signal 2>/dev/null </run/break/plan || exec "$real" "$@"
read -r caller <"/proc/$PPID/cmdline"
case $caller in 'holdstill watches'*) exec "$real" "$@" ;; *dist/* | 'holdstill '*) ;; *) exec "$real" "$@" ;; esac
read -r count </run/break/count
count=$((count + 1))
echo "$count" >/run/break/count
[ "$count" = "$at" ] || exec "$real" "$@"
echo "$tool" >/run/break/hit
case $how in
  before) kill "-$signal" "$PPID" ;;
  # The hook leads its group; what it started in a group of its own is not hit.
  group) kill "-$signal" "-$PPID" ;;
  after)
    "$real" "$@"
    status=$?
    kill "-$signal" "$PPID"
    exit "$status"
    ;;
esac
exec "$real" "$@"
