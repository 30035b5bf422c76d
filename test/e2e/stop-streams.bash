# Hooks whose reader is away or does not read: they clean up all the same.
. "$REPO/test/lab/guest/break.bash"

configure <<<'tasks: {t: {lv: vg0/plain, size: 16M, autoextend: false}}'
mark

# No output at all.
$PRE t >&- 2>&-
echo "closed: $?"
$POST t >&- 2>&-
echo "closed: $?"
same 'closed streams' quickly

# The pipe is full and nobody reads: the hook has done its work all the same, and waits with its answer.
$PRE t >/dev/null
mkfifo /run/full
exec 8<>/run/full
dd if=/dev/zero of=/run/full bs=4k oflag=nonblock status=none 2>/dev/null
$POST t >/run/full &
post=$!
until_true 20 same 'a full pipe' quickly >/dev/null || same 'a full pipe'
sleep 1
kill -0 $post && echo waiting

# It is read at last.
tr -d '\0' </run/full >/run/answer 8>&- &
exec 8>&-
wait $post
echo "read: $?"
wait
grep -o 'nothing is left' /run/answer
same end
