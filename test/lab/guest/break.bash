# For scripts in the guest that try to break the program: a configuration, the hooks by short names, a shim over the tools.

# shellcheck disable=SC2034 # for the scripts
HOLDSTILL=$REPO/dist/holdstill PRE=$REPO/dist/generic/pre POST=$REPO/dist/generic/post

# configure: the main file, from standard input.
configure() {
  mkdir -p -m 755 /etc/holdstill
  { echo 'version: 1' && cat; } >/etc/holdstill/holdstill.yaml
  chmod 644 /etc/holdstill/holdstill.yaml
}

# What may stay without harm: a lock that nobody holds, an empty file; that of the guard, who leaves within a second; and what is remembered of runs that were taken over.
without_locks() { picture | grep -v '\.\(lock\|guard\|history\)$'; }

# mark: what the machine looks like now is how it shall look later. The program's own directories are there from now on.
mark() {
  mkdir -p -m 700 /run/holdstill /var/lib/holdstill /var/log/holdstill
  without_locks >/run/marked
  glance >/run/glanced
}

# glance: what a snapshot can change, without starting a process: five times as quick as a picture.
glance() {
  local file
  printf '%s\n' /dev/mapper/* /var/lib/holdstill/*.journal /run/holdstill/* /mnt/*
  beside
  for file in /sys/block/loop*/loop/backing_file; do [ ! -e "$file" ] || echo "$file: $(<"$file")"; done
  cut -d ' ' -f 5- /proc/self/mountinfo
}

# same WHAT... [quickly]: says what is different from the mark; nothing if all is as it was. `quickly`: by a glance.
same() {
  [ "${!#}" != quickly ] || { glance | cmp -s /run/glanced - && return; }
  without_locks | diff /run/marked - >/run/difference || {
    echo "$*: the machine is not as it was:"
    cat /run/difference
    return 1
  }
}

# edit_journal FILE SED-WORDS...: changes lines of a journal, and seals it anew as its program would (src/core/journal/seal.ts).
edit_journal() {
  local file=$1
  shift
  sed 's/^[0-9a-f]* //' "$file" | sed "$@" | perl -MDigest::SHA=sha256_hex -ne \
    'chomp; $seal = substr sha256_hex(($seal // "") . $_), 0, 16; print "$seal $_\n"' >"/run/edited" && cat /run/edited >"$file"
}

# snapshot_of TASK: the names of the snapshots that the task holds.
snapshot_of() { lvs --noheadings -o lv_name --select "lv_tags=holdstill.task=$1" | tr -d ' '; }

# break_tools: from here on every tool that holdstill calls is a script that counts its calls, and can kill the caller.
# Calls of others, and all calls while there is no plan, go to the real tool at once.
break_tools() {
  local tool path
  mkdir -p /run/break/real
  for tool in lvm losetup dmsetup mount umount blkid partx flock; do
    path=$(command -v "$tool")
    mv "$path" "/run/break/real/$tool"
    cp "$REPO/test/lab/guest/shim.sh" "$path"
    chmod 755 "$path"
  done
  # Other names of the same program: $0 tells the shim which one is meant.
  for path in /usr/sbin/*; do
    [ "$(readlink "$path")" != lvm ] || ln -s lvm "/run/break/real/${path##*/}"
  done
}

# break_at N HOW SIGNAL COMMAND...: run it; at its Nth call of a tool it gets the signal: `before` the real call, `after` it,
# or as a whole `group` (before it). Leaves the command's status; what was hit is in $hit.
break_at() {
  local status
  echo 0 >/run/break/count
  : >/run/break/hit
  echo "$1 $2 $3" >/run/break/plan
  shift 3
  setsid --wait "$@" >/run/break/out 2>&1 </dev/null
  status=$?
  rm -f /run/break/plan
  # shellcheck disable=SC2034 # for the caller
  hit=$(</run/break/hit)
  return "$status"
}
