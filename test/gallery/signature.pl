#!/usr/bin/perl
# signature.pl WHAT DEVICE: the bytes by which libblkid (2.38.1) knows what no tool here makes.
use strict;
use warnings;
my ($what, $device) = @ARGV;
open my $f, '+<', $device or die "$device: $!\n";
binmode $f;
sub put { my ($at, $bytes) = @_; seek $f, $at, 0 or die; print $f $bytes or die "$device: $!\n" }

my $size = -s $device || do { seek $f, 0, 2; tell $f };
if ($what =~ /^zfs(end)?$/) {
  # Uberblocks in the labels at the start and at the end: ub_magic, ub_version, ub_txg ... zfsend: what is left of them.
  for my $label ($1 ? () : (0, 262144), $size - 524288, $size - 262144) {
    put($label + 131072 + 1024 * $_, pack 'Q<4', 0x00bab10c, 5000, $_ + 1, 1) for 0 .. 31;
  }
}
elsif ($what eq 'bitlocker') {
  put(0, "\xeb\x58\x90-FVE-FS-");
  put(160, pack 'H*', '3bd667492e29d84a8399f6a339e3d001');    # INFORMATION_OFFSET_GUID, and where the metadata are
  put(176, pack 'Q<3', 65536, 131072, 196608);
  put(65536, "-FVE-FS-" . pack 'S<2', 64, 2);
}
elsif ($what eq 'nvidia') { put($size - 1024, 'NVIDIA') }
elsif ($what eq 'luksimage') { put(16384, "SKUL\xba\xbe\0\2") }
elsif ($what eq 'isohybrid') {
  # As isohybrid (syslinux 6.04) makes it: a partition from the first sector on, active, of type 17.
  put(446, pack 'C8V2', 0x80, 0, 1, 0, 0x17, 63, 32, 2, 0, $size / 512);
  put(510, "\x55\xaa");
}
elsif ($what eq 'drbd') {
  # Of drbdmeta (9.22.0), up to date, for a device that ends a MiB before.
  open my $made, '-|', 'zcat', "$ENV{REPO}/test/fixtures/drbd-9.22.0.v08.gz" or die;
  binmode $made;
  my $block = do { local $/; <$made> };
  substr($block, 0, 8) = pack 'Q>', ($size - (1 << 20)) / 512;
  put($size - $size % 4096 - 4096, $block);
}
else { die "what is $what?\n" }
close $f or die "$device: $!\n";
