# Calls for other tasks, without a task, and for the same task in every order.
. "$REPO/test/e2e/sesam.words.bash"

configure <<'Y'
tasks:
  Backup_XEN_vm1: {lv: system/xenvm, mount: /mnt/vmbackup, size: full}
sesam: {trace: true}
Y
look before

# Nothing of ours.
sep_hook other-pre sbc_pre SC20240131200000123 Backup_other F
sep_hook other-post sbc_post Backup_other
sep_hook bare-pre sbc_pre
sep_hook bare-post sbc_post
look after-other

# post before pre; pre twice, between which the volume changes; post three times.
sep_hook early-post sbc_post Backup_XEN_vm1
sep_hook pre1 sbc_pre Backup_XEN_vm1
echo later >/srv/xenvm/later
sync -f /srv/xenvm
sep_hook pre2 sbc_pre Backup_XEN_vm1
lvs --noheadings -o lv_tags system | grep -c holdstill
cat /mnt/vmbackup/later
sep_hook while-open sbc_post Backup_other
sep_hook post1 sbc_post Backup_XEN_vm1
sep_hook post2 sbc_post Backup_XEN_vm1
sep_hook post3 sbc_post Backup_XEN_vm1
look after

stat -c %a /var/log/holdstill/trace.jsonl
head -n 1 /var/log/holdstill/trace.jsonl >"$LAB/trace"
