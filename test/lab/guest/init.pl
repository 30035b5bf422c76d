#!/usr/bin/perl
# PID 1 of the lab's guest: makes the root, runs one command, leaves its status, powers off.
# One process with raw system calls, because a fork and exec costs up to 30 ms in User-Mode Linux.
#
# The kernel hands LAB_RUN over as our environment: the run directory of the host, with cmd, stdout, stderr, rc, and files/
# which the guest sees as /lab. Its file settings says, a thing a line: `layer DIR` (a tree of unpacked packages above those
# named after it and the host's root), `module NAME`, `share DIR` (of the host, to see read-write), `sync yes` (write back before the power goes).
use strict;
use warnings;
my $run = $ENV{LAB_RUN};
my %settings;
if (open my $f, '<', "$run/settings") {
  while (<$f>) { chomp; my ($what, $value) = split / /, $_, 2; push @{ $settings{$what} }, $value }
}
my @layers = @{ $settings{layer} // [] };

# x86-64 numbers of the calls that Perl has no word for
my %call = (pivot_root => 155, sync => 162, mount => 165, umount2 => 166, reboot => 169, sethostname => 170,
  setsid => 112, finit_module => 313);
my ($MS_MOVE, $MNT_DETACH) = (8192, 2);
my $control = $run;

sub power_off { syscall($call{reboot}, 0xfee1dead, 672274793, 0x4321fedc, 0); sleep 9 }

sub fail {
  my $message = "lab init: $_[0]: $!\n";
  if (open my $f, '>', "$control/init-error") { print $f $message; close $f }
  power_off();
}

sub mnt {
  my ($source, $target, $type, $flags, $data) = @_;
  $flags //= 0; $data //= '';
  syscall($call{mount}, "$source", "$target", "$type", $flags + 0, "$data") == 0 or fail("mount $type $source $target $data");
}

sub mkdirs { my $path = ''; for (split m{/}, $_[0]) { $path .= "$_/"; mkdir $path } }

sub slurp { open my $f, '<', $_[0] or fail($_[0]); local $/; <$f> }

mnt('proc', '/proc', 'proc');
my ($release) = slurp('/proc/version') =~ /^Linux version (\S+)/;
my $installed = "/usr/lib/uml/modules/$release";
my ($modules) = grep { -e } map("$_$installed", @layers), $installed;
my (%needs, %loaded);
for (split /\n/, slurp("$modules/modules.dep")) {
  my ($file, $first) = /^(\S+):\s*(.*)/ or next;
  (my $name = $file) =~ s{.*/|\.ko$}{}g;
  $name =~ tr/-/_/;
  $needs{$name} = [reverse(split ' ', $first), $file];
}

sub load {
  (my $name = shift) =~ tr/-/_/;
  my $files = $needs{$name} or fail("no module $name");
  for my $file (@$files) {
    next if $loaded{$file}++;
    open my $f, '<', "$modules/$file" or fail($file);
    syscall($call{finit_module}, fileno($f), my $none = '', 0) == 0 or $!{EEXIST} or fail("load $file");
  }
}

# The root: the host's own through hostfs, read-only below a tmpfs, so that nothing of the host is ever changed.
load('overlay');
mnt('tmpfs', '/mnt', 'tmpfs', 0, 'mode=755,size=75%');
mkdir "/mnt/$_" for qw(up work root), map "layer$_", keys @layers;
mnt('none', "/mnt/layer$_", 'hostfs', 0, $layers[$_]) for keys @layers;    # a mount each: overlayfs refuses layers inside each other
my $lower = join ':', map("/mnt/layer$_", keys @layers), '/';
mnt('overlay', '/mnt/root', 'overlay', 0, "lowerdir=$lower,upperdir=/mnt/up,workdir=/mnt/work");
chdir '/mnt/root' or fail('chdir');
mkdir $_ for qw(.lab lab proc sys dev run tmp mnt mnt/.old);
mnt('none', '.lab', 'hostfs', 0, $run);
mnt('none', 'lab', 'hostfs', 0, "$run/files");
mnt('/dev', 'dev', '', $MS_MOVE);
mnt('proc', 'proc', 'proc');
mnt('sysfs', 'sys', 'sysfs');
mnt('tmpfs', 'run', 'tmpfs', 0, 'mode=755');
mkdir $_ for qw(dev/pts dev/shm run/lock run/lvm);
mnt('devpts', 'dev/pts', 'devpts', 0, 'gid=5,mode=620,ptmxmode=666');
mnt('tmpfs', 'dev/shm', 'tmpfs', 0, 'mode=1777,size=85%');
for (@{ $settings{share} }) { my $there = substr $_, 1; mkdirs($there); mnt('none', $there, 'hostfs', 0, $_) }
symlink $_->[0], $_->[1] for ['/proc/self/fd', 'dev/fd'], ['fd/0', 'dev/stdin'], ['fd/1', 'dev/stdout'], ['fd/2', 'dev/stderr'];
mkdirs('usr/lib/modules');
symlink $installed, "usr/lib/modules/$release";
syscall($call{umount2}, my $proc = '/proc', $MNT_DETACH);
syscall($call{pivot_root}, my $new = '.', my $old = 'mnt/.old') == 0 or fail('pivot_root');
$control = '/.lab';
chdir '/';
syscall($call{umount2}, $old, $MNT_DETACH);
rmdir '/mnt/.old';
$modules = $installed;
load($_) for @{ $settings{module} };    # only here does the kernel find modprobe, and the modules that these ask for

syscall($call{sethostname}, my $host = 'lab', 3);
if (socket(my $s, 2, 2, 0)) { my $request = pack('a16 s x14', 'lo', 0x1 | 0x40); ioctl($s, 0x8914, $request) }    # lo up
# The mark that the guard of every world asks for, before it makes a volume group.
if (open my $f, '>', '/run/holdstill-lab') { print $f "guest\n"; close $f }

# Whoever works on this may also use it: nothing that the host's own holdstill keeps is seen here.
my @own = grep { -e } qw(/etc/holdstill /var/lib/holdstill /var/log/holdstill /opt/sesam);
system '/bin/rm', '-rf', @own if @own;

%ENV = (PATH => '/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin', HOME => '/root', LANG => 'C.UTF-8',
  TERM => 'dumb', HOLDSTILL_LAB => 'guest', LAB => '/lab');
my $pid = fork // fail('fork');
if (!$pid) {
  syscall($call{setsid});
  open STDIN, '<', '/dev/null';
  open STDOUT, '>>', '/.lab/stdout';
  open STDERR, '>>', '/.lab/stderr';
  exec '/bin/bash', '/.lab/cmd' or exit 127;
}
my $status = 0;
while ((my $p = wait) > 0) { if ($p == $pid) { $status = $?; last } }
my $rc = $status & 127 ? 128 + ($status & 127) : $status >> 8;
if (open my $f, '>', '/.lab/rc.tmp') { print $f "$rc\n"; close $f; rename '/.lab/rc.tmp', '/.lab/rc' }
if ($settings{sync}) { local $SIG{ALRM} = sub { power_off() }; alarm 20; syscall($call{sync}) }
power_off();
