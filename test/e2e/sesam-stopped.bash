# sbc_pre is sent a signal, each time while another command of ours works, so that another part of the undo is shown.
. "$REPO/test/e2e/sesam.words.bash"

configure <<'Y'
tasks:
  Backup_XEN_vm1: {lv: system/xenvm, mount: /mnt/vmbackup, size: 8M}
Y
look before

# slow TOOL: from now on it takes three seconds, in which the hook is sent a signal.
slow() {
  mv "/usr/bin/$1" "/usr/bin/$1.real" 2>/dev/null || mv "/usr/sbin/$1" "/usr/bin/$1.real"
  cat >"/usr/sbin/$1" <<S
#!/bin/sh
if mkdir /run/slow-$1 2>/dev/null; then sleep 3; fi
exec /usr/bin/$1.real "\$@"
S
  chmod 755 "/usr/sbin/$1"
}

# stopped NAME SIGNAL TOOL: sbc_pre gets it while it waits for that tool.
stopped() {
  rm -rf "/run/slow-$3"
  sep_hook "$1" sbc_pre Backup_XEN_vm1 &
  until_true 20 test -d "/run/slow-$3"
  kill "-$2" "$(pgrep -f '^holdstill pre')"
  wait $!
  look "after-$1"
}

slow mount
stopped mounting TERM mount
slow blkid
stopped looking HUP blkid
sep_hook post sbc_post Backup_XEN_vm1
sep_hook again sbc_pre Backup_XEN_vm1
sep_hook again-post sbc_post Backup_XEN_vm1
