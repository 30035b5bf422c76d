# In a mount namespace of its own (unshare -rm): a configuration that the host does not see, a task that is not in it, and one
# that fails at once, since there is no such path. Nothing of the host's own holdstill is seen or changed.
mount -t tmpfs -o mode=755 none /mnt || exit
mkdir /mnt/etc /mnt/work && mount -t overlay -o lowerdir=/etc,upperdir=/mnt/etc,workdir=/mnt/work none /etc || exit
[ -d /etc/holdstill ] || mkdir -m 755 /etc/holdstill || exit
mount -t tmpfs -o mode=755 none /etc/holdstill && mount -t tmpfs -o mode=755 none /run && mount -t tmpfs -o mode=755 none /var/lib &&
  mount -t tmpfs -o mode=755 none /var/log && mount -t tmpfs -o mode=755 none /var/cache || exit
cat >/etc/holdstill/holdstill.yaml <<Y
version: 1
tasks:
  nightly: {path: /nowhere/at/all}
Y
chmod 644 /etc/holdstill/holdstill.yaml
# What the first run that goes well keeps for all others.
"$REPO/dist/holdstill" post nightly >/dev/null || exit
{
  printf 'hook\t%s\tother\n' "$REPO/dist/sesam/sbc_pre"
  printf 'node\t%s\t-e\t0\n' "$NODE"
  printf 'fails at once\t%s\tnightly\n' "$REPO/dist/generic/pre"
} >/mnt/list
perl "$REPO/test/bench/measure.pl" 3 /mnt/list >/dev/null && perl "$REPO/test/bench/measure.pl" "$ROUNDS" /mnt/list
