# Which Node.js a hook runs: ${REFUSED[@]} are ways to get at a file below /opt/app that root would run; ${IDS[n]},
# ${VERSIONS[n]} and ${LIKE[n]} are what /etc/os-release says.
. "$REPO/test/lab/guest/break.bash"

# The real one is in /run/node only.
mount -t tmpfs -o mode=755 none /opt
real=$(readlink -f "$(command -v node)")
mkdir -p /run/node
: >/run/node/node
mount --bind "$real" /run/node/node
for n in /usr/bin/node /usr/local/bin/node /usr/bin/nodejs; do [ ! -e $n ] || mount --bind /dev/null $n; done

# hook NAME [PATH]: what sbc_pre says.
hook() { call "$1" env -i PATH="${2:-/usr/bin:/bin}" "$REPO/dist/sesam/sbc_pre" t; }

# bait FILE: a Node.js that tells when it is run.
bait() {
  mkdir -p "${1%/*}"
  executable "$1" <<'S'
#!/bin/sh
echo "$0 was run" >>/run/ran
echo v20.1.0
S
}

# refused NAME HOW: that is done to it, in a fresh /opt and /srv.
refused() {
  mount -t tmpfs -o mode=755 none /opt
  mount -t tmpfs -o mode=755 none /srv
  bait /opt/app/bin/node
  eval "$2"
  hook "$1"
  umount /opt /srv
  rm -rf /etc/holdstill
}

for n in "${!REFUSED[@]}"; do refused "$n" "${REFUSED[n]}"; done

# None at all, and one of another user in PATH.
hook none
bait /home/u/bin/node
chown -R 1000 /home/u
hook path /home/u/bin:/usr/bin:/bin

# The tools of the search are not the caller's.
for tool in ls stat readlink id; do bait /home/u/bin/$tool; done
bait /opt/app/bin/node
chown 1000 /opt/app/bin/node
hook tools /home/u/bin:/usr/bin:/bin
PATH=/home/u/bin ENV=/home/u/bin/ls BASH_ENV=/home/u/bin/ls call generic "$REPO/dist/generic/pre" t
call bacula env -i "$REPO/dist/bacula/run-before" t
cat /run/ran 2>/dev/null
rm -f /run/ran
rm -r /opt/app

# What is root's is run: below /opt, over links, from PATH, and before all others what /etc/holdstill/node says.
mkdir -p /opt/n20/bin /opt/other/bin /etc/holdstill
ln -s /run/node/node /opt/n20/bin/node
hook opt
rm -r /opt/n20
ln -s /run/node /opt/other/there
ln -s ../there/../node/node /opt/other/bin/node
hook links
rm -r /opt/other
hook inpath /run/node:/usr/bin
bait /opt/node/bin/node
ln -s /run/node/node /etc/holdstill/node
hook chosen
cat /run/ran
rm -r /etc/holdstill/node /opt/node

# One that is too old.
printf '#!/bin/sh\necho v12.22.12\n' | executable /run/old
mkdir -p /opt/node/bin
cp /run/old /opt/node/bin/node
hook old

# Where to get one, on each system.
: >/run/os
mount --bind /run/os /etc/os-release
for n in "${!IDS[@]}"; do
  printf 'NAME="X"\nID=%s\nVERSION_ID="%s"\nID_LIKE="%s"\n' "${IDS[n]}" "${VERSIONS[n]}" "${LIKE[n]}" >/run/os
  hook "system$n"
done
