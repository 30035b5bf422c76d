# Hooks without a configuration, and with one that breaks while the task is open.
. "$REPO/test/e2e/sesam.words.bash"

look before

sep_hook none-pre sbc_pre Backup_XEN_vm1
sep_hook none-post sbc_post Backup_XEN_vm1

configure <<'Y'
tasks:
  Backup_XEN_vm1: {lv: system/xenvm, mount: /mnt/vmbackup, size: 8M}
Y
sep_hook pre sbc_pre Backup_XEN_vm1
echo 'tasks: [' >/etc/holdstill/holdstill.yaml
sep_hook broken-pre sbc_pre Backup_XEN_vm1
mountpoint -q /mnt/vmbackup && echo still open
sep_hook broken-post sbc_post Backup_XEN_vm1
look after
