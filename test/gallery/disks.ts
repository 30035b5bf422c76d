/**
 * Guests' disks, a line each: a name, what is on the disk, and after a `!` how it is damaged (words of damage.pl).
 *
 *     ext4                       a file system on the whole of it; `ext4:12` has 12 MiB
 *     mbr(ext4 swap | xfs vfat)  partitions; those after the bar are logical ones
 *     gpt(...)                   mbr4k and gpt4k are as made on a disk with sectors of 4096 bytes
 *     hybrid(...)                a GPT whose first two partitions are in the MBR, too
 *     empty*126                  that word so many times
 *     lvm:vg(root=ext4 b~=xfs)   a volume group with its logical volumes; `~` is a thin one
 *
 *     ext4+zfs                   one that looks like something else too: what signature.pl puts there
 *     luks1(...), luks2(...)     encrypted; the task has its key
 *     raid1:2(...)               a software RAID over that many partitions; `raid1:2:0.90(...)` of that version
 *
 * What can't be mounted is called swap, empty, random, luks, md, zfs, bitlocker, bcache, jbd, ldm, xfslog; what is for a
 * boot loader and the like bios, msr, prep, wiped (a swap that nothing says it is).
 */
export const DISKS = `
whole-ext2      ext2
whole-ext3      ext3
whole-ext4      ext4
whole-xfs       xfs
whole-btrfs     btrfs
whole-vfat      vfat
whole-ntfs      ntfs
whole-exfat     exfat
whole-iso       iso9660
whole-ocfs2     ocfs2
whole-udf       udf
whole-squashfs  squashfs
whole-f2fs      f2fs
mbr-erofs       mbr(squashfs erofs)
whole-lvm       lvm:vg(root=ext4 home=xfs)
mbr-linux       mbr(ext2 swap ext4)
mbr-logical     mbr(ext3 | ext4 swap xfs)
mbr-windows     mbr(ntfs vfat)
mbr-lvm         mbr(ext4 lvm:rhel(root=xfs swap=swap))
mbr-thin        mbr(ext4 lvm:pve(root=ext4 data~=ext4))
mbr-logical-lvm mbr(ext2 | lvm:debian(root=ext4 var=ext4))
gpt-linux       gpt(vfat ext4 swap)
gpt-many        gpt(ext2 ext2 ext2 ext2 ext2 ext2 ext2 ext2)
gpt-full        gpt(ext2 empty*126 ext4)
gpt-hybrid      hybrid(vfat ext4 ext4)
gpt-windows     gpt(vfat empty ntfs)
gpt-boot        gpt(bios msr prep ext4 wiped)
mbr-boot        mbr(prep wiped | ext4 xfslog)
mbr-exfat       mbr(exfat ext4)
gpt-lvm         gpt(vfat ext4 lvm:ubuntu-vg(ubuntu-lv=ext4))
gpt-no-primary  gpt(ext4 ext4)                ! zero 512 512
gpt-4k          gpt4k(vfat ext4)
gpt-4k-lvm      gpt4k(ext2 lvm:vg(root=ext4))
mbr-4k          mbr4k(ext4 | ext2 lvm:vg(root=ext4))
two-groups      gpt(lvm:one(a=ext4) lvm:two(a=ext4))
same-group      gpt(ext4 lvm:gallery(root=ext4))
iso-hybrid      iso9660+isohybrid
iso-inside      gpt(ext4 iso9660+isohybrid)
zfs-remains     ext4+zfsend:20
raid-remains    gpt(ext4+nvidia:20 ext4+zfsend:20)
luks-image      xfs+luksimage
drbd            ext4+drbd:10
drbd-part       mbr(ext2 ext4+drbd:10)
luks-no-key     gpt(ext4 luks)
luks            gpt(ext4 luks2(ext4))
luks-old        mbr(ext2 luks1(lvm:vg(root=ext4 swap=swap)))
luks-whole      luks2(xfs)
luks-lv         mbr(ext2 lvm:vg(root=luks2(ext4) srv~=luks1(xfs) swap=swap))
raid-degraded   mbr(ext4 md)
raid-mirror     gpt(vfat raid1:2:1.0(ext4) raid1:2(lvm:vg(root=ext4)))
raid-old        mbr(raid1:2:0.90(ext3) swap)
raid-whole      raid1:1:1.0(mbr(ext4 swap))
raid-striped    gpt(ext2 raid0:2(ext4))
raid-parity     gpt(raid5:3(ext4))
raid-linear     gpt(ext2 raidlinear:2(ext4))
raid-ten        gpt(raid10:4(ext4))
others          gpt(ext4 zfs bitlocker bcache jbd random)
dynamic         mbr(ext4 ldm)
dynamic-gpt     gpt(ext4 ldm)
dynamic-4k      gpt4k(ext4 ldm)
lvm-others      lvm:vg(root=ext4 secret=luks swap=swap raw=empty)
`;
