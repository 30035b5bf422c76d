# A volume is mounted below a path; two tasks share a parent; somebody else closes a run.
. "$REPO/test/e2e/gaps.words.bash"

mark

# A volume below the path of a task.
mkdir /srv/data/db
mount /dev/vg0/other /srv/data/db
call tree "$PRE" tree
$POST tree >/dev/null
umount /srv/data/db
rmdir /srv/data/db

# The parent of both mount points is missing; then it is there.
call orphan "$PRE" a
mkdir /mnt/both
mark

call a "$PRE" a
call b "$PRE" b
call a-post "$POST" a
call a-pre "$PRE" a
call a-post2 "$POST" a
call b-post "$POST" b
same parents

# The command of a run closes it.
call run "$HOLDSTILL" run a -- "$POST" a
same 'closed by its own command'
call taken "$HOLDSTILL" run a -- bash -c "$POST a; $PRE a"
call still "$HOLDSTILL" status a
call end "$POST" a
same end
