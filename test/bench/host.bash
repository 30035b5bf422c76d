# In a mount namespace of its own (unshare -rm): a configuration that the host does not see, and a task that is not in it.
mount -t tmpfs -o mode=755 none /mnt && mkdir /mnt/upper /mnt/work &&
  mount -t overlay -o lowerdir=/etc,upperdir=/mnt/upper,workdir=/mnt/work none /etc &&
  rm -rf /etc/holdstill && mkdir -m 755 /etc/holdstill || exit
cat >/etc/holdstill/holdstill.yaml <<Y
version: 1
tasks:
  nightly: {lv: system/data}
Y
chmod 644 /etc/holdstill/holdstill.yaml
printf 'hook\t%s\tother\nnode\t%s\t-e\t0\n' "$REPO/dist/sesam/sbc_pre" "$NODE" >/mnt/list
perl "$REPO/test/bench/measure.pl" 3 /mnt/list >/dev/null && perl "$REPO/test/bench/measure.pl" "$ROUNDS" /mnt/list
