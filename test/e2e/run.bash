# `holdstill run` with commands that succeed, fail, are killed or not there, and with a snapshot that overflows.
. "$REPO/test/e2e/run.words.bash"

configure <<'Y'
tasks:
  data: {lv: vg0/data, size: 8M}
Y
look before

# What it saves by standard output is whole.
call saved holdstill run data -- tar -C '{mount}' -cf - .
mkdir /dev/shm/saved
tar -xf "$LAB/saved.out" -C /dev/shm/saved
call tree check_static /dev/shm/saved data
look after-saved

# Statuses, arguments and streams of the command.
call three holdstill run data -- sh -c 'exit 3'
call killed holdstill run data -- sh -c 'kill -9 $$'
call none holdstill run data -- /no/such/command '{mount}'
call both holdstill run data -- sh -c 'echo "[$1] [$2] [$0]"; cat; echo said >&2' '{mount}' 'a  b' '$HOME {mount}/x'
look after-all

# The snapshot overflows meanwhile.
call full holdstill run data -- sh -c 'dd if=/dev/urandom of=/srv/data/more bs=1M count=20 conv=fsync status=none'
call full3 holdstill run data -- sh -c 'dd if=/dev/urandom of=/srv/data/more2 bs=1M count=20 conv=fsync status=none; exit 3'

# Bad calls run nothing.
call unknown holdstill run other -- touch "$LAB/ran"
call bare holdstill run data
ls "$LAB/ran" 2>/dev/null
look after
