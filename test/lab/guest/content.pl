#!/usr/bin/perl
# What the file systems of a world contain, made and checked by the same rules.
#   content.pl static DIRECTORY         a small tree: text, 1 MiB of noise, a UTF-8 name; symlink and setuid file where they can be
#   content.pl write DIRECTORY RECORD   be a guest that writes, until killed; RECORD gets each number once its file is safe
#   content.pl due RECORD               the numbers whose files must be there now
#   content.pl check DIRECTORY DUE [DUE-LATER]   are they, whole; and is nothing there from after DUE-LATER?
use strict;
use warnings;
use Errno;

# The writer keeps this many files and removes older ones; only the newer part is due, so a reader may lag behind.
my ($KEPT, $DUE) = (400, 200);
my ($work, $directory, @files) = @ARGV;

# A file's content follows from its number, so that whoever finds it can tell whether it is whole.
sub content { my $n = shift; my $line = "this is file $n of a guest that never stops writing\n"; $line x (1 + $n * 7 % 200) }
sub path { sprintf "$_[0]/written/%06d", $_[1] }
sub put { my ($path, $text) = @_; open my $f, '>', $path or die "$path: $!\n"; print $f $text; close $f or die "$path: $!\n" }
sub get { my $path = shift; open my $f, '<', $path or die "$path: $!\n"; local $/; scalar <$f> }
sub fsync { my $f = shift; syscall(74, fileno $f) == 0 or die "fsync: $!\n" }
sub numbers { grep { /^\d+$/ } split /\n/, get($_[0]) }

sub static {
  put("$directory/hello.txt", "hello from the guest\n");
  put("$directory/Gr\xc3\xbc\xc3\x9fe \xe2\x98\x83.txt", "snow\n");
  open my $random, '<', '/dev/urandom' or die; read $random, my $noise, 1 << 20;
  put("$directory/noise.bin", $noise);
  if (symlink 'hello.txt', "$directory/link") {    # else a file system without owners and modes
    put("$directory/setuid", "#!/bin/sh\n");
    chmod 04755, "$directory/setuid";
    -u "$directory/setuid" or unlink "$directory/setuid";
  }
  # No guest's file is in a snapshot for sure before it was synced; this tree has to be in every one.
  open my $folder, '<', $directory or die "$directory: $!\n";
  syscall(306, fileno $folder) == 0 or die "syncfs: $!\n";
}

sub writer {
  my $record = shift @files;
  mkdir "$directory/written";
  open my $folder, '<', "$directory/written" or die "$directory/written: $!\n";
  open my $log, '>>', $record or die "$record: $!\n";
  $log->autoflush(1);
  for (my $n = 1; ; $n++) {
    my $part = path($directory, $n) . '.part';
    open my $f, '>', $part or die "$part: $!\n";
    print $f content($n);
    $f->flush;
    fsync($f);
    close $f;
    rename $part, path($directory, $n) or die "$part: $!\n";
    fsync($folder);
    print $log "$n\n";
    unlink path($directory, $n - $KEPT) if $n > $KEPT;
    # and what a guest has in its cache: never made safe, only there to keep the file system dirty
    open my $u, ($n % 100 ? '>>' : '>'), "$directory/unsynced.log" or die; print $u content($n); close $u;
    select undef, undef, undef, 0.08;
  }
}

sub due { my @all = numbers($directory); @all > $DUE ? @all[-$DUE .. -1] : @all }

sub check {
  my @bad;
  my @wanted = numbers($files[0]);
  @wanted or push @bad, 'nothing was due';
  for my $n (@wanted) { -e path($directory, $n) or push @bad, "file $n is missing" }
  opendir my $d, "$directory/written" or die "$directory/written: $!\n";
  my @there = sort grep { /^\d+$/ } readdir $d;
  for my $name (@there) { get("$directory/written/$name") eq content($name + 0) or push @bad, "file $name has another content" }
  my $last = $files[1] ? (numbers($files[1]))[-1] + 1 : undef;
  push @bad, map { "file $_ is from later" } grep { defined $last && $_ > $last } @there;
  if (@bad) { print "$_\n" for @bad; exit 1 }
  printf "%d files, all whole\n", scalar @there;
}

if ($work eq 'static') { static() }
elsif ($work eq 'write') { writer() }
elsif ($work eq 'due') { print "$_\n" for due() }
elsif ($work eq 'check') { check() }
else { die "content.pl: what is $work?\n" }
