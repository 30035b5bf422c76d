# Guests of Xen that rest while their snapshots are taken. SCALE=sample: a part of it.
# shellcheck source=test/xen/words.bash
. /host/words.bash
H=/opt/dist/holdstill
cat >/etc/holdstill/holdstill.yaml <<Y
version: 1
tasks:
  paused: {vm: infra, size: 8M, quiesce: pause}
  saved: {vm: infra, size: 8M, quiesce: save, quiesceLimit: 2m}
  kept: {vm: infra, size: 8M, quiesce: {save: {to: /srv/vm, keep: true}}, quiesceLimit: 2m}
  short: {vm: infra, size: 8M, quiesce: {save: {to: /srv/vm, keep: true}}, quiesceLimit: 2s}
  full: {vm: infra, size: 8M, quiesce: {save: {to: /srv/small, keep: true}}, quiesceLimit: 2m}
Y
mkdir -p -m 700 /srv/vm /srv/small
clean=$(things) starts=1
# memories: what there is of saved memory, with modes.
memories() { find /var/lib/holdstill /srv/vm /srv/small -mindepth 1 \( -name '*.memory' -o -path '*.memory/*' \) -printf '%m %f\n'; }
# quiet: the guard has ended.
quiet() { [ ! -e "$(echo /var/lib/holdstill/*.guard)" ]; }
goes_on() {
  is "$1, runs" "$(state infra)" '[r-][b-]----'
  counts_on
  is "$1, goes on" $? 0
  is "$1, was not started anew" "$(began)" $starts
}
# closed WHAT: nothing is left but what is kept.
closed() {
  is "$1, left" "$(things)" "$clean"
  is "$1, journals" "$(echo /var/lib/holdstill/*.journal)" '/var/lib/holdstill/\*.journal'
}
# instant WHAT TASK: the guest writes one number to its first disk, then to the second.
instant() {
  local a b
  a=$(last "/run/holdstill/$2/xvda/p1/count") b=$(last "/run/holdstill/$2/xvdb/count")
  is "$1, one instant" "$a $((a - b))" '[1-9]* [01]'
}

pause() {
  run 'pause, pre' 0 /opt/dist/generic/pre paused
  is 'pause, told' "$said" '*at rest * by a pause *grade crash*'
  instant pause paused
  goes_on pause
  run 'pause, post' 0 /opt/dist/generic/post paused
  closed pause
}

save() {
  run 'save, pre' 0 /opt/dist/generic/pre saved
  is 'save, told' "$said" '*at rest * by a save *grade memory*the memory of infra is in /var/lib/holdstill/saved.*'
  is 'save, file' "$(memories)" $'700 saved.*.memory\n600 infra.vmstate'
  instant save saved
  goes_on save
  run 'save, post' 0 /opt/dist/generic/post saved
  is 'save, no file' "$(memories)" ''
  closed save
}

# What somebody else has paused stays so: xl can't save it, and a pause of ours would be one more.
others() {
  xl pause infra
  run 'paused before, save' 0 /opt/dist/generic/pre saved
  is 'paused before, save, told' "$said" '*grade crash*infra is paused, and xl can save only a guest that runs*'
  run 'paused before, save, post' 0 /opt/dist/generic/post saved
  run 'paused before, pause' 0 /opt/dist/generic/pre paused
  run 'paused before, pause, post' 0 /opt/dist/generic/post paused
  is 'paused before, stays so' "$(state infra)" '--p---'
  xl unpause infra
  goes_on 'paused before'
  closed 'paused before'
}

# The memory and the disks of the cut are put together again, while the guest has gone on: it goes on where it was. The disks are copied before
# they are mounted, for a mount replays their journals, of which the guest's memory knows nothing.
together() {
  local at file name
  trip xl '[ "$1" = unpause ] || return 0
    rm /run/trip.xl
    for name in $(lvs --noheadings -o lv_name -S "origin=~^domu-infra" vg0); do
      dd if="/dev/vg0/$name" of="/srv/$(lvs --noheadings -o origin "vg0/$name" | tr -d " ")" bs=4M status=none
    done'
  run 'kept, pre' 0 /opt/dist/generic/pre kept
  at=$(last /run/holdstill/kept/xvdb/count)
  counts_on
  xl destroy infra
  run 'kept, post' 0 /opt/dist/generic/post kept
  is 'kept, file' "$(memories)" $'700 kept.*.memory\n600 infra.vmstate'
  for name in domu-infra domu-infra-data; do dd if=/srv/$name of=/dev/vg0/$name bs=4M conv=fsync status=none && rm /srv/$name; done
  file=$(echo /srv/vm/kept.*.memory/infra.vmstate)
  run 'kept, restore' 0 xl restore "$file"
  is 'kept, goes on where it was' "$(until_true 60 counts_on && [ "$(counted)" -lt $((at + 400)) ] && echo yes)" yes
  is 'kept, was not started anew' "$(began)" $starts
  # Its next numbers are on its disks, after those of the cut and without a gap.
  run 'kept, again' 0 /opt/dist/generic/pre paused
  is 'kept, no gap' "$(awk 'NR != $1 { bad = 1 } END { print (NR > 0 && !bad) }' /run/holdstill/paused/xvda/p1/count)" 1
  instant 'kept, again' paused
  run 'kept, again, post' 0 /opt/dist/generic/post paused
  rm -r /srv/vm/kept.*
  closed kept
}

# A save that takes too long, however quick the machine is, is given up.
short() {
  trip xl '[ "$1" = save ] || return 0; rm /run/trip.xl; read -r -t 4 _ <>/dev/console'
  run 'short, pre' 1 /opt/dist/generic/pre short
  is 'short, told' "$said" '*the memory of guest infra could not be saved: it took longer than [12] s*quiesceLimit*'
  goes_on short
  until_true 300 quiet
  is 'short, no file' "$(memories)" ''
  closed short
}

# Somebody takes the room after we have looked.
full() {
  mount -t tmpfs -o size=200m,mode=700 none /srv/small
  trip xl '[ "$1" = save ] || return 0; rm /run/trip.xl; head -c 190m /dev/zero >/srv/small/other'
  run 'full, pre' 1 /opt/dist/generic/pre full
  is 'full, told' "$said" '*the memory of guest infra could not be saved: *No space left on device*'
  goes_on full
  rm /srv/small/other
  is 'full, no file' "$(memories)" ''
  mount -t tmpfs -o remount,size=20m none /srv/small
  run 'no room, pre' 1 /opt/dist/generic/pre full
  is 'no room, told' "$said" '*of memory are to be saved, and /srv/small has 20.0 MiB free*'
  umount /srv/small
  closed full
}

# killed WHAT [FILES]: the guest goes on without anybody's doing, and nothing is left but what was saved whole, and is to be kept.
killed() {
  is "$1, runs" "$(until_true 300 is_running && echo yes)" yes
  goes_on "$1"
  until_true 300 quiet
  run "$1, recover" 0 $H recover
  is "$1, files" "$(memories)" "${2-}"
  rm -rf /srv/vm/*.memory
  closed "$1"
}
is_running() { [[ $(state infra) == [r-][b-]---- ]]; }

kills() {
  local what whole=''
  for what in paused kept; do
    [ $what = paused ] || whole=$'700 kept.*.memory\n600 infra.vmstate'
    trip lvm '[[ $(/usr/lib/xen-4.17/bin/xl list infra) == *--p---* ]] || return 0; rm /run/trip.lvm; kill -9 $PPID; exit 1'
    run "$what, killed at rest" 137 /opt/dist/generic/pre $what
    killed "$what, killed at rest" "$whole"
    trip xl '[ "$1" = unpause ] || return 0; rm /run/trip.xl; kill -9 $PPID; exit 1'
    run "$what, killed at the end" 137 /opt/dist/generic/pre $what
    killed "$what, killed at the end" "$whole"
  done
  /opt/dist/generic/pre kept >/dev/null 2>&1 &
  until_true 100 suspended
  kill -9 $!
  wait 2>/dev/null # which says that it was killed
  killed 'kept, killed while it is saved'
  # All that the hook has started, too: nobody is left who would let the guest go on.
  /opt/dist/generic/pre kept >/dev/null 2>&1 &
  until_true 100 suspended
  # shellcheck disable=SC2046 # numbers
  kill -9 $! $(pids xl) $(pids libxl-save-help)
  wait 2>/dev/null # which says that it was killed
  is 'kept, all are killed' "$(state infra)" '---ss-'
  killed 'kept, all are killed'
}
is_begun() { [ "$(began)" = $starts ]; }
suspended() { [[ $(state infra) == ---ss- ]]; }

# Somebody else is about something with the guest while it rests.
meanwhile() {
  trip lvm '[[ $(/usr/lib/xen-4.17/bin/xl list infra) == *--p---* ]] || return 0; rm /run/trip.lvm; xl rename infra renamed'
  run 'renamed, pre' 0 /opt/dist/generic/pre saved
  is 'renamed, told' "$said" '*grade memory*'
  xl rename renamed infra
  goes_on renamed
  run 'renamed, post' 0 /opt/dist/generic/post saved
  trip lvm '[[ $(/usr/lib/xen-4.17/bin/xl list infra) == *--p---* ]] || return 0; rm /run/trip.lvm; xl unpause infra'
  run 'let go, pre' 0 /opt/dist/generic/pre saved
  is 'let go, told' "$said" '*grade crash*guest infra (saved) was let go before all snapshots were taken*'
  goes_on 'let go'
  run 'let go, post' 0 /opt/dist/generic/post saved
  trip lvm '[[ $(/usr/lib/xen-4.17/bin/xl list infra) == *--p---* ]] || return 0; rm /run/trip.lvm; xl destroy infra'
  run 'destroyed, pre' 0 /opt/dist/generic/pre saved
  is 'destroyed, told' "$said" '*grade crash*guest infra (saved) was let go before all snapshots were taken*'
  run 'destroyed, post' 0 /opt/dist/generic/post saved
  closed destroyed
  xl create -q /etc/xen/infra.cfg
  starts=2
  is 'destroyed, runs again' "$(until_true 300 is_begun && counts_on && echo yes)" yes
}

pause
save
[ "$SCALE" = sample ] || for part in others short full kills together meanwhile; do $part; done
