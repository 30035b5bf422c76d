# mariadb-check.pl A B: whether copies of /srv/mysql and /srv/mysql2 (databases.bash) hold MyISAM tables that were closed, in one state. No server is asked.
# A server that is at rest has closed them. One that is not has them open in the header of the index, and would have to repair them; two volumes that were
# cut one after the other are more than one row apart.
use strict;
use warnings;
my ($first, $second) = @ARGV;
my (@last, @bad);
for my $table ("$first/shop/pair_a", "$second/pair_b") {
  open my $data, '<:raw', "$table.MYD" or die "$table.MYD: $!\n";
  my $bytes = do { local $/; <$data> };
  my $rows = int(length($bytes) / 16);
  push @bad, "torn row in $table" if length($bytes) % 16;
  push @last, $rows ? unpack 'V', substr $bytes, ($rows - 1) * 16 + 1, 4 : 0;
  push @bad, "$table holds $rows rows, the last is $last[-1]" if $last[-1] != $rows;
  # Open count (2 bytes), changed, sortkey, rows (8), from byte 24 on, big-endian: MariaDB 10.11, storage/myisam/mi_open.c, mi_state_info_write.
  open my $index, '<:raw', "$table.MYI" or die "$table.MYI: $!\n";
  read $index, my $header, 64;
  my ($open, $known) = (unpack('n', substr $header, 24, 2), unpack 'Q>', substr $header, 28, 8);
  push @bad, "$table was open" if $open;
  push @bad, "$table knows of $known rows and holds $rows" if $known != $rows;
}
my $step = $last[0] - $last[1];
push @bad, $step < 0 ? 'the second was cut later' : 'the first was cut later' if $step < 0 || $step > 1;
print "@last: ", @bad ? join('; ', @bad) : 'one state', "\n";
exit(@bad ? 1 : 0);
