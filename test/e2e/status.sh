#!/bin/sh
# status.sh MAKE COMMAND...: the command with an /etc/holdstill of its own, which MAKE fills (in these words of a shell, or `sound`).
# In a mount namespace of its own (unshare -rm); nothing of this host is seen or changed.
make=$1
shift
for d in /etc /run /var/lib /var/log; do
  /bin/mount -t tmpfs -o mode=755 none $d || exit 99
done
umask 022
/bin/mkdir /etc/holdstill
cd /etc/holdstill || exit 99

# sound: a configuration of two files with nothing wrong in it.
sound() {
  echo 'version: 1' >holdstill.yaml
  /bin/mkdir tasks.d
  echo 'tasks: {t: /srv}' >tasks.d/t.yaml
}

eval "$make"
exec "$@"
