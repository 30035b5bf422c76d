# What every kind of storage must do, tried on the real thing. STORAGE is the file with its words:
#   make_origins                files `name` with the name of their origin in them
#   change                      overwrites the file `name` in the origin of tasks a and b
#   find_snapshot               puts what is there of the snapshot of task a into $S
#   impostor, stays, away       puts something else in its place; is that still there? removes it
#   rename_away, rename_back    gives the snapshot another name, and its own again
#   lose                        removes it behind our back
#   fill                        fills it, and makes room again; asked for with FILL=yes
. "$REPO/test/lab/guest/break.bash"
# shellcheck source=/dev/null # each of them is read on its own
. "$REPO/test/conformance/$STORAGE.bash"

journal=/var/lib/holdstill/a.journal log=/var/log/holdstill/holdstill.log

# detach: no loop device is over the snapshot any more.
detach() { losetup --noheadings --output NAME --associated "$S" | xargs -r losetup --detach; }

# opened_and_unmounted: task a is open, its snapshot is $S, and nothing holds it.
opened_and_unmounted() {
  $PRE a >/dev/null
  find_snapshot
  umount /run/holdstill/a
  detach
}

make_origins
{
  echo 'log: {level: debug}'
  echo 'tasks:'
  echo "  a: {$ONE}"
  echo "  b: {$ONE}"
  echo "  many: {$MANY}"
  for n in "${!ODD[@]}"; do echo "  odd$n: {${ODD[n]}}"; done
  [ -z "$TOO_LARGE" ] || echo "  large: {$TOO_LARGE}"
} | configure
mark

# It is taken and removed; then removed again, and again with its journal.
call open "$PRE" a
cat /run/holdstill/a/name
cp $journal /run/a.journal
call close "$POST" a
same 'taken and removed'
call close-again "$POST" a
cp /run/a.journal $journal
call gone-already "$POST" a
same 'removed twice'

# Two runs of one origin, which changes between them.
$PRE a >/dev/null
change
$PRE b >/dev/null
cat /run/holdstill/a/name /run/holdstill/b/name
call close-first "$POST" a
cat /run/holdstill/b/name
call close-second "$POST" b
same 'two runs at once'

# Something else is in its place.
opened_and_unmounted
impostor
call foreign "$POST" a
stays || echo 'what was not ours is gone'
away
call foreign-away "$POST" a
same 'what is not ours'

# Somebody renamed it, removed it, filled it.
opened_and_unmounted
rename_away
call renamed "$POST" a
rename_back
call renamed-back "$POST" a
same 'what was renamed'

opened_and_unmounted
lose
call lost "$POST" a
same 'lost'

if [ "$FILL" = yes ]; then
  $PRE a >/dev/null
  fill
  call full "$POST" a
  same full
fi

# Origins whose names are hard.
for n in "${!ODD[@]}"; do
  call "odd$n" "$PRE" "odd$n"
  call "odd$n-post" "$POST" "odd$n"
  same "odd$n"
done

# Many at once; the log has the commands.
: >$log
call many "$PRE" many
for name in "${MANY_NAMES[@]}"; do cat "/run/holdstill/many/$name/name"; done
cp $log "$LAB/commands"
$POST many >/dev/null
same many

# One for which there is no room.
if [ -n "$TOO_LARGE" ]; then
  : >$log
  call large "$PRE" large
  grep -o '"fault":"[^"]*"' $log >"$LAB/fault"
  same 'no room'
fi
