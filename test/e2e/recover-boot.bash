# `recover --boot` where it has nothing to do: nothing was ever opened, a task is open, a hook has just begun.
. "$REPO/test/e2e/recover.words.bash"

boot never
mark

$PRE t >/dev/null
boot open
$HOLDSTILL status t | head -n 1 | cut -d ' ' -f 1-3
$POST t >/dev/null

# A hook has made its journal, and holds the lock; then it is gone.
: >/var/lib/holdstill/t.journal
flock -o /var/lib/holdstill/t.lock sleep 60 &
sleep 0.2
boot begun
ls /var/lib/holdstill
kill $!
wait
boot unbegun
same unbegun

call name "$HOLDSTILL" recover --boot t
