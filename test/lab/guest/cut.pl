#!/usr/bin/perl
# cut.pl JOURNAL PATTERN SECONDS reboot|kill FILE: the power goes SECONDS after the journal has a line with PATTERN; at once
# where it is empty. `reboot`: by the kernel, nothing is written back. `kill`: FILE tells the host to do it.
use strict;
use warnings;
my ($journal, $pattern, $seconds, $how, $file) = @ARGV;
my $patience = time + 10;
until ($pattern eq '' || time > $patience) {
  if (open my $f, '<', $journal) { local $/; my $text = <$f> // ''; last if $text =~ /$pattern/ }
  select undef, undef, undef, 0.004;
}
select undef, undef, undef, $seconds;
if ($how eq 'kill') { open my $f, '>', $file; close $f; sleep 20 }
syscall(169, 0xfee1dead, 672274793, 0x4321fedc, 0);
