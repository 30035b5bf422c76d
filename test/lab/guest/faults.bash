# Faults of disks and pools, under a task that is open.

# fail_under DEVICE: from now on every read and write of this device-mapper device is an I/O error.
fail_under() {
  dmsetup table "$1" >"/run/healthy-$1"
  swap_table "$1" "0 $(cut -d ' ' -f 2 "/run/healthy-$1") error"
}

# heal DEVICE: as it was before fail_under.
heal() { swap_table "$1" "$(<"/run/healthy-$1")"; }

swap_table() {
  dmsetup suspend --nolockfs --noflush "$1" && dmsetup load "$1" --table "$2" && dmsetup resume "$1"
}

# fill_metadata POOL: makes thin volumes, each with a block of its own, until no metadata is left. By one process, since a
# dmsetup for each takes half a minute.
fill_metadata() {
  perl - "$1" <<'P'
    open my $control, '+<', '/dev/mapper/control' or die "$!";
    my ($size, $id) = (4096, 1000);
    while (1) {
      # struct dm_ioctl and struct dm_target_msg of linux/dm-ioctl.h; DM_TARGET_MSG is _IOWR(0xfd, 14, 312).
      my $head = pack 'L7 L3 Q a128 a129 a7', 4, 0, 0, $size, 312, 0, 0, 0, 0, 0, 0, $ARGV[0], '', '';
      my $call = pack "a$size", $head . pack('Q', 0) . 'create_thin ' . $id++ . "\0";
      ioctl $control, (3 << 30) | (312 << 16) | (0xfd << 8) | 14, $call or last;
    }
    die "stopped at $id: $!" if $id < 1100;
P
}
