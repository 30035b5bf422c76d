# A machine of its own for a moment: nothing is open, and one task is configured that has no volume. $0 is what was built.
# shellcheck shell=sh
for d in /etc /run /var/lib /var/log /var/cache; do mount -t tmpfs -o mode=755 none $d; done
umask 022
mkdir /etc/holdstill
printf 'version: 1\ntasks:\n  nightly: /no/such/path\n' >/etc/holdstill/holdstill.yaml

recover() {
  "$0/holdstill" recover
  echo "status $?"
}

# kept: the parts that are kept, each with its rights and inode.
kept() { find /var/cache -type f ! -name node -printf '%M %i %f\n' | sed 's/\.[0-9a-f]*$//' | sort -k 3; }

# failing: a hook that fails.
failing() {
  "$0/generic/pre" nightly >/dev/null 2>&1
  echo "status $?"
}

# count_calls: from here on the Node.js that is found first tells which of its calls only asked for its version.
count_calls() {
  real=$(readlink -f "$(command -v node)")
  : >/run/real
  mount --bind "$real" /run/real
  printf '#!/bin/sh\necho "$1" >>/run/calls\nexec /run/real "$@"\n' >/run/node
  chmod 755 /run/node
  mount --bind /run/node "$real"
}

# asked WHAT COMMAND: how often it was asked.
asked() {
  : >/run/calls
  echo "$1: $($2 | tail -n 1), asked $(grep -c -e --version /run/calls)"
}
