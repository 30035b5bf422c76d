# The hooks under each of ${SETTINGS[@]} in lvm.conf; ${NAMES[n]} is what the calls are called.
. "$REPO/test/lab/guest/break.bash"

configure <<'Y'
tasks:
  all: {each: {lv: vg0/*}, size: 8M}
  lost: {lv: vg0/nowhere, size: 8M}
Y
mark

base=$(</etc/lvm/lvm.conf)

# under NAME SETTINGS: a whole task, and one that can't be opened.
under() {
  printf '%s\n%s\n' "$base" "$2" >/etc/lvm/lvm.conf
  call "$1" "$PRE" all
  call "$1-status" "$HOLDSTILL" status all
  check_static /run/holdstill/all/thick thick >"$LAB/$1.content"
  call "$1-post" "$POST" all
  call "$1-lost" "$PRE" lost
  echo "$base" >/etc/lvm/lvm.conf
  same "$1" quickly
}

for n in "${!NAMES[@]}"; do under "${NAMES[n]}" "${SETTINGS[n]}"; done

# It does not let a snapshot be activated.
printf '%s\n%s\n' "$base" 'activation { volume_list=["vg0/thick", "vg0/thin", "vg0/pool"] } log { report_command_log=1 }' >/etc/lvm/lvm.conf
call refused "$PRE" all
echo "$base" >/etc/lvm/lvm.conf
same refused quickly
