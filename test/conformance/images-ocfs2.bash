# The same where several hosts share the file system, as Oracle VM does; here it is made for one. See providers.bash.
mkfs.ocfs2 -q -x -M local -N 1 -L images --fs-features=refcount /dev/vg0/images
mkdir -p /srv/images
mount -t ocfs2 /dev/vg0/images /srv/images
. "$REPO/test/conformance/images-shared.bash"
