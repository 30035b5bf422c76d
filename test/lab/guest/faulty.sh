#!/bin/sh
# In the place of a tool, once; see sabotage.cjs. The first argument says what goes wrong, the others are the real ones.
tool=${0##*/}
real=/usr/bin/$tool
[ -x "$real" ] || real=/usr/sbin/$tool
how=$1
shift
case $how in
  # lvm's own status for a command that failed is 5
  status) [ "$tool" = lvm ] && exit 5 || exit 1 ;;
  killed) kill -KILL $$ ;;
  done-killed) "$real" "$@" && kill -KILL $$ ;;
  hang) exec sleep 600 ;;
  # Hangs whatever is sent to it, and does its work when nobody counts on it any more.
  stubborn)
    trap '' TERM
    read -r _ <>/run/sabotage/release
    exec "$real" "$@"
    ;;
  garbage) printf 'lvm> \033[31m{"report":[{"lv":[{"lv_name":"data\nSTATUS:OK\nDEVNAME=/dev/null\nTYPE=ext4\n\nLVM2_VG_NAME='"''"'\n' ;;
  half)
    "$real" "$@" >/run/sabotage/whole
    head -c "$(($(wc -c </run/sabotage/whole) / 2))" /run/sabotage/whole
    ;;
esac
