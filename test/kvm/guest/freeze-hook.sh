#!/bin/sh
# qemu-ga calls it with `freeze` before it freezes the file systems, and with `thaw` afterwards. /run/how says what it does:
# `refuse` to freeze, take N seconds to (`slow-N`), or not answer for N seconds and then refuse (`hang-N`).
PATH=/bin
read -r how </run/how 2>/dev/null
echo "guest: $1" >/dev/ttyS0
case $how/$1 in
  slow-*/freeze) sleep "${how#slow-}" ;;
  hang-*/freeze) sleep "${how#hang-}" && exit 1 ;;
  refuse/freeze) exit 1 ;;
esac
exit 0
