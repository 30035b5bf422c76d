# A program that writes to two volumes in turn, and what brings it to rest and lets it go: words for cut.bash and cut-kill.bash.
. "$REPO/test/lab/guest/break.bash"

# Line N goes to /srv/a, then to /srv/b, each to the disk: at every instant A is B, or one more.
cat >/run/writer <<'PERL'
use IO::Handle;
open my $first, '>>', '/srv/a/lines'; open my $second, '>>', '/srv/b/lines';
for (my $n = 1;; $n++) { for ($first, $second) { print {$_} "$n\n"; $_->flush; $_->sync; select undef, undef, undef, 0.01 } }
PERL

# app-rest stops it, app-thaw lets it go on. /mnt/resting is there while it rests. /run/how: what else it does; `later`: it rests only after its hook was killed.
cat >/usr/local/sbin/app-rest <<'SH'
#!/bin/bash
[ "$(</run/how)" != later ] || { kill -9 "$PPID" && sleep 3; }
touch /mnt/resting /run/rested
kill -STOP "$(</run/writer.pid)"
case $(</run/how) in
  slow) sleep 100 ;;
  fail) echo 'no, not now' && exit 3 ;;
  kill) kill -9 "$PPID" ;;
  group) kill -9 "-$PPID" ;;
  term) kill -TERM "$PPID" ;;
esac
exit 0
SH
cat >/usr/local/sbin/app-thaw <<'SH'
#!/bin/bash
[ ! -e /run/stuck ] || exit 4
kill -CONT "$(</run/writer.pid)"
rm -f /mnt/resting
SH
chmod 755 /usr/local/sbin/app-*
echo >/run/how

# shellcheck disable=SC2034 # for the scripts
rest='{command: {rest: [/usr/local/sbin/app-rest], thaw: [/usr/local/sbin/app-thaw], timeout: 2s}}'

write() {
  perl /run/writer &
  echo $! >/run/writer.pid
}

# runs: whether the writer does.
runs() {
  local stat
  stat=$(</proc/"$(</run/writer.pid)"/stat)
  [ ! -e /mnt/resting ] && [[ $stat != *') T '* ]]
}

# how WORD: what app-rest does from now on.
how() { echo "$1" >/run/how; }
