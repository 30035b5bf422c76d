# A backup in whose middle the snapshot overflows, and the next one.
. "$REPO/test/e2e/sesam.words.bash"

configure <<'Y'
tasks:
  Backup_XEN_vm1: {lv: system/xenvm, mount: /mnt/vmbackup, size: 8M}
Y
look before

overflow() { dd if=/dev/urandom of=/srv/xenvm/more bs=1M count=20 conv=fsync status=none; }
sep_backup full Backup_XEN_vm1 /mnt/vmbackup overflow
look after

rm /srv/xenvm/more
sep_backup next Backup_XEN_vm1 /mnt/vmbackup
