# The backup of SEP's article: a volume of a guest that goes on writing. While the snapshot is held, a file in it is overwritten.
. "$REPO/test/e2e/sesam.words.bash"

configure <<'Y'
tasks:
  Backup_XEN_vm1: {lv: system/xenvm, mount: /mnt/vmbackup, size: 1G}
Y
look before

# The mount point is there, made by the admin. The volume holds what the article saves: an image and its configuration.
mkdir -p /mnt/vmbackup /srv/xenvm/vm1
head -c 3000000 /dev/urandom >/srv/xenvm/vm1/disk0.img
echo 'name = "vm1"' >/srv/xenvm/vm1/vm1.cfg
(cd /srv/xenvm/vm1 && sha256sum ./*) >"$LAB/images"
sync -f /srv/xenvm

# meanwhile: what happens between sbc_pre and the saving.
meanwhile() {
  written xenvm >"$LAB/later"
  echo overwritten >/srv/xenvm/vm1/disk0.img
  call goes-on writes_on xenvm
  call write touch /mnt/vmbackup/new
  findmnt -n -o FSTYPE,OPTIONS /mnt/vmbackup
}

written xenvm >"$LAB/due"
sep_backup backup Backup_XEN_vm1 /mnt/vmbackup meanwhile
look after

# Is what was saved that one instant, and whole?
mkdir /dev/shm/restored && tar -C /dev/shm/restored -xf /dev/shm/backup.tar
call instant check_written /dev/shm/restored "$LAB/due" "$LAB/later"
call tree check_static /dev/shm/restored xenvm
call images sh -c 'cd /dev/shm/restored/vm1 && sha256sum --quiet -c /lab/images'
call point ls -d /mnt/vmbackup
