#!/usr/bin/perl
# damage.pl DEVICE WORDS...: damages a volume in a way that can be repeated. Commands, each with its words:
#   set WHERE HEX           these bytes
#   zero WHERE BYTES        nothing
#   random WHERE BYTES SEED  bytes from a generator with this seed
#   copy WHERE BYTES FROM   what is elsewhere on the volume
#   sum gpt|ext4|xfs|btrfs  makes the checksums right again, so that only the lie itself can be found
# WHERE: a byte, -N from the end, pN+M from the start of partition N of the MBR.
use strict;
use warnings;
my ($device, @words) = @ARGV;
open my $disk, '+<:raw', $device or die "$device: $!\n";
my $size = sysseek $disk, 0, 2;

sub get { my ($at, $bytes) = @_; sysseek $disk, $at, 0; my $read = sysread $disk, (my $data), $bytes; return ($data // '') . "\0" x ($bytes - ($read // 0)) }
sub put { my ($at, $data) = @_; return if $at < 0 || $at >= $size; sysseek $disk, $at, 0; syswrite $disk, substr $data, 0, $size - $at }

sub where {
  my ($text) = @_;
  return 512 * unpack('V', get(446 + 16 * ($1 - 1) + 8, 4)) + ($2 // 0) if $text =~ /^p(\d)(?:\+(\d+))?$/;
  return $text < 0 ? $size + $text : $text;
}

# CRC-32 (0xEDB88320) and CRC-32C (0x82F63B78), from the start value, not inverted at the end.
sub crc {
  my ($polynomial, $crc, $data) = @_;
  for my $byte (unpack 'C*', $data) {
    $crc ^= $byte;
    $crc = $crc & 1 ? ($crc >> 1) ^ $polynomial : $crc >> 1 for 1 .. 8;
  }
  return $crc;
}

my %sum = (
  gpt => sub {
    for my $at (512, $size - 512) {
      my $header = get($at, 512);
      next if substr($header, 0, 8) ne 'EFI PART';
      my ($entries, $count, $each) = unpack 'Q<VV', substr $header, 72, 16;
      my $bytes = $count * $each;
      substr($header, 88, 4) = pack 'V', ~crc(0xEDB88320, 0xFFFFFFFF, get($entries * 512, $bytes)) & 0xFFFFFFFF if $bytes <= 32768;
      substr($header, 16, 4) = "\0" x 4;
      substr($header, 16, 4) = pack 'V', ~crc(0xEDB88320, 0xFFFFFFFF, substr $header, 0, 92) & 0xFFFFFFFF;
      put($at, $header);
    }
  },
  ext4 => sub { put(1024 + 1020, pack 'V', crc(0x82F63B78, 0xFFFFFFFF, get(1024, 1020))) },
  xfs => sub {
    put(224, "\0" x 4);
    put(224, pack 'V', ~crc(0x82F63B78, 0xFFFFFFFF, get(0, 512)) & 0xFFFFFFFF);
  },
  btrfs => sub { put(65536, pack 'V', ~crc(0x82F63B78, 0xFFFFFFFF, get(65536 + 32, 4096 - 32)) & 0xFFFFFFFF) },
);

while (defined(my $verb = shift @words)) {
  if ($verb eq 'sum') { $sum{ shift @words }->(); next }
  my $at = where(shift @words);
  if ($verb eq 'set') { put($at, pack 'H*', shift @words) }
  elsif ($verb eq 'zero') { put($at, "\0" x shift @words) }
  elsif ($verb eq 'copy') { my $bytes = shift @words; put($at, get(where(shift @words), $bytes)) }
  elsif ($verb eq 'random') {
    my ($bytes, $seed) = splice @words, 0, 2;
    put($at, join '', map { $seed = ($seed * 1103515245 + 12345) & 0x7FFFFFFF; chr($seed >> 16 & 0xFF) } 1 .. $bytes);
  }
  else { die "what is $verb?\n" }
}
close $disk or die "$device: $!\n";
