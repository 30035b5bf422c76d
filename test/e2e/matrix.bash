# What does status say of a task whose hook was killed, at some moments of pre and of post?
. "$REPO/test/lab/guest/sabotage.bash"

configure <<<'tasks: {t: {lv: vg0/data, size: 8M}}'
sabotage

# state WHEN: the second word of the first line of status.
state() { $HOLDSTILL status | { read -r _ state _ && echo "$1: $state"; }; }

moments_of pre "$PRE" t
moments_of post "$POST" t

# at PRE-OR-POST EVENT: the first moment of this kind, into $number.
at() {
  local -n all=$1
  for number in "${!all[@]}"; do [ "${all[number]}" != "$2" ] || break; done
}

# Killed before the journal is there, and when it lists the snapshot.
at pre create
sabotaged "$number" before "$PRE" t
state 'before the journal'
at pre mount
sabotaged "$number" before "$PRE" t
state 'before the mount'

# Not killed.
$PRE t >/dev/null
state 'after pre'

# Killed in the middle of the closing.
at post umount
sabotaged "$number" while "$POST" t
state 'in the umount'
$POST t >/dev/null
state 'after post'
