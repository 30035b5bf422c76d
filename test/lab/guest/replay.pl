# What a dm-log-writes target has logged (Documentation/admin-guide/device-mapper/log-writes.rst, Linux 6.1): entries in the
# order in which they were safe on the disk. Numbers are little-endian; whatever an entry holds begins at a sector.
#   replay.pl LOG list                    a line each: NUMBER SECTOR SECTORS MARK
#   replay.pl LOG onto IMAGE FROM TO      writes the entries FROM to TO-1 onto an image
use strict;
use warnings;

my ($DISCARD, $MARK) = (4, 8);
my ($log, $what, @rest) = @ARGV;
open my $in, '<:raw', $log or die "$log: $!";

sub at {
    my ($offset, $bytes) = @_;
    my $data = '';
    sysseek $in, $offset, 0 or die "$log: $!";
    while (length $data < $bytes) {
        sysread $in, $data, $bytes - length $data, length $data or die "$log ends at $offset";
    }
    return $data;
}

my ($magic, undef, $count, $sector) = unpack 'a8Q<Q<L<', at(0, 28);
$magic eq pack('H*', '7268737766736a00') or die "$log is no log";
my $offset = $sector;
my @entries = map {
    my ($start, $sectors, $flags, $length) = unpack 'Q<Q<Q<Q<', my $head = at($offset, $sector);
    my $data = $offset + $sector;
    $offset = $data + ($flags & $DISCARD ? 0 : $sectors * $sector);
    [$start, $sectors, $flags, $data, $flags & $MARK ? substr($head, 32, $length) : ''];
} 1 .. $count;

if ($what eq 'list') {
    printf "%d %d %d %s\n", $_, @{ $entries[$_] }[0, 1, 4] for 0 .. $#entries;
} else {
    my ($image, $from, $to) = @rest;
    open my $out, '+<:raw', $image or die "$image: $!";
    for (@entries[$from .. $to - 1]) {
        my ($start, $sectors, $flags, $data) = @$_;
        my $bytes = $sectors * $sector or next;
        sysseek $out, $start * $sector, 0 or die "$image: $!";
        syswrite($out, $flags & $DISCARD ? "\0" x $bytes : at($data, $bytes)) == $bytes or die "$image: $!";
    }
}
