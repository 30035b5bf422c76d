#!/usr/bin/perl
# measure.pl ROUNDS FILE: run the commands of FILE (a line each: name, tab, words with tabs between them) one after the other,
# ROUNDS times over, so that whatever slows the machine down slows them all. Prints a line for each run that has a name:
# name, milliseconds, peak KiB of memory (of the greatest of its processes), process id, milliseconds of CPU (with its children).
# A failed command ends it, unless its name begins with `fails`.
use strict;
use warnings;
my ($rounds, $file) = @ARGV;
open my $list, '<', $file or die "$file: $!\n";
my @commands = map { chomp; [split /\t/] } <$list>;

# x86-64: clock_gettime(CLOCK_MONOTONIC) and wait4, whose struct rusage has the times of user and system (seconds, microseconds)
# as its first four words and ru_maxrss as its fifth
sub now { syscall(228, 1, my $time = pack 'q2', 0, 0) == 0 or die "clock_gettime: $!\n"; my @t = unpack 'q2', $time; $t[0] * 1e3 + $t[1] / 1e6 }

for (1 .. $rounds) {
  for my $command (@commands) {
    my ($name, @words) = @$command;
    my $began = now();
    my $pid = fork // die "fork: $!\n";
    if (!$pid) {
      open STDIN, '<', '/dev/null';
      open STDOUT, '>', "$file.said";
      open STDERR, '>&', \*STDOUT;
      exec { $words[0] } @words or exit 127;
    }
    my ($status, $usage) = (pack('l', 0), pack 'q18', (0) x 18);
    syscall(61, $pid, $status, 0, $usage) == $pid or die "wait4: $!\n";
    my $ms = now() - $began;
    $status = unpack 'l', $status;
    if ($status != 0 && $name !~ /^fails/) {
      open my $said, '<', "$file.said";
      die "@words: status " . ($status >> 8) . "\n", <$said>;
    }
    my @used = unpack 'q18', $usage;
    my $cpu = ($used[0] + $used[2]) * 1e3 + ($used[1] + $used[3]) / 1e3;
    printf "%s\t%.2f\t%d\t%d\t%.2f\n", $name, $ms, $used[4], $pid, $cpu if $name ne '-';
  }
}
