# The task comes in the environment, and errors leave with status 0: a configuration that is wrong, then an overflow.
. "$REPO/test/e2e/sesam.words.bash"

configure <<'Y'
tasks:
  Backup_XEN_vm1: {lv: system/xenvm, mount: /mnt/vmbackup, size: {}}
sesam: {taskEnv: SESAM_TASK, exitZero: true}
Y
look before

export SESAM_TASK=Backup_XEN_vm1
sep_hook broken sbc_pre F

configure <<'Y'
tasks:
  Backup_XEN_vm1: {lv: system/xenvm, mount: /mnt/vmbackup, size: 8M}
sesam: {taskEnv: SESAM_TASK, exitZero: true}
Y
sep_hook pre sbc_pre F
mountpoint -q /mnt/vmbackup && echo open
dd if=/dev/urandom of=/srv/xenvm/more bs=1M count=20 conv=fsync status=none
sep_hook post sbc_post F
look after
