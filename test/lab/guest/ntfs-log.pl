#!/usr/bin/perl
# ntfs-log.pl BYTES: the $LogFile of a volume that is in use, as ntfs-3g (2022.10.3, libntfs-3g/logfile.c) takes it apart:
# two restart pages with a client, NTFS, in the list of those in use, and not marked as clean.
use strict;
use warnings;
my ($bytes) = @ARGV;
my ($page, $area, $none) = (4096, 48, 0xffff);
my $client = pack('Q<2 S<2 S< x6 L<', 0, 0, $none, $none, 0, 8) . pack('(S<)*', map ord, qw(N T F S)) . "\0" x 120;
my $log = '';
for (0, 1) {
  my $restart = pack('Q< S<4 L< S<2 Q< L< S<2 L< x4', 0, 1, $none, 0, 0, 67 - length(sprintf '%b', $bytes),
    48 + length $client, 48, $bytes, 0, 48, 64, 1);
  my $content = pack('a4 S<2 Q< L<2 S<3', 'RSTR', 30, 1 + $page / 512, 0, $page, $page, $area, 1, 1);
  $content .= "\0" x ($area - length $content) . $restart . $client;
  $content .= "\0" x ($page - length $content);
  # The last word of every sector is kept in the header, and the same number stands in its place.
  substr $content, 30, 2, pack 'S<', 1;
  for my $sector (1 .. $page / 512) {
    substr $content, 30 + 2 * $sector, 2, substr $content, 512 * $sector - 2, 2;
    substr $content, 512 * $sector - 2, 2, pack 'S<', 1;
  }
  $log .= $content;
}
print $log, "\xff" x ($bytes - length $log);
