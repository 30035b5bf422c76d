#!/usr/bin/perl
# check.pl A B: are these two file systems (of guest/writer.pl) of one instant, and whole? Says `a=LAST b=LAST step=A-B bad=WHAT`; status 0 if
# so, 1 if not, 2 if there is nothing. A step of 0 or 1 is one instant; below, B was cut after A; above, before.
use strict;
use warnings;
my (@last, @bad);
for my $disk (@ARGV) {
  open my $lines, '<', "$disk/lines" or do { print "no $disk/lines: $!\n"; exit 2 };
  my $want = 0;
  while (my $line = <$lines>) {
    if ($line !~ /^(\d+) \d+\.\d+\n\z/) { push @bad, "torn line after $want in $disk"; last }
    push @bad, "$want is followed by $1 in $disk" if $want && $1 != $want + 1;
    $want = $1;
  }
  push @last, $want;
  for my $file (glob "$disk/small.*") {
    open my $small, '<', $file or next;
    my $text = join '', <$small>;
    push @bad, "$file holds '$text'" if $text !~ /^payload \d+\n\z/;
  }
}
my $step = $last[0] - $last[1];
push @bad, $step < 0 ? 'B was cut later' : 'A was cut later' if $step < 0 || $step > 1;
printf "a=%d b=%d step=%d bad=%s\n", @last, $step, join '; ', @bad;
exit(@bad ? 1 : 0);
