#!/usr/bin/perl
# writer.pl A B PAUSE_MS: appends line N to A/lines, forces it to the disk, then line N to B/lines, forces it, then N+1 ... for ever. So at every instant
# the last number on A is that on B, or one more: check.pl tells a cut of one instant from one that is not. A line is "N UPTIME". Now and
# then a small file is forced to the disk and renamed over an older one, so that directories change as well. There are no modules of Perl
# in an initrd, not even strict.
my ($a, $b, $pause) = @ARGV;
my ($fsync, $clock_gettime) = (74, 228);
my $n = 0;
for my $disk ($a, $b) {
  open my $lines, '<', "$disk/lines" or next;
  while (<$lines>) { $n = $1 if /^(\d+) \S+$/ && $1 > $n }
}
open my $first, '>>', "$a/lines" or die "$a/lines: $!\n";
open my $second, '>>', "$b/lines" or die "$b/lines: $!\n";

sub put {
  my ($file, $line) = @_;
  defined syswrite($file, $line) && syscall($fsync, fileno $file) == 0 or die "writer: $!\n";
}

sub uptime {
  my $time = "\0" x 16;
  syscall($clock_gettime, 1, $time);
  my ($seconds, $nanoseconds) = unpack 'qq', $time;
  return sprintf '%.3f', $seconds + $nanoseconds / 1e9;
}

for (;;) {
  $n++;
  put($_, "$n " . uptime() . "\n") for $first, $second;
  if ($n % 25 == 0) {
    for my $disk ($a, $b) {
      open my $new, '>', "$disk/new" or die "$disk/new: $!\n";
      put($new, "payload $n\n");
      close $new;
      rename "$disk/new", "$disk/small." . $n / 25 % 20 or die "$disk/new: $!\n";
    }
  }
  print "guest: $n\n" if $n % 20 == 0;
  select undef, undef, undef, $pause / 1000;
}
