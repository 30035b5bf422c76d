# Makes the disks of the gallery by $MAKE, opens them all as one task, and compares each of ${PLACES[@]} with what was written.
. "$REPO/test/lab/guest/break.bash"
. "$REPO/test/gallery/make.bash"

eval "$MAKE"
sync
install -m 600 /run/gallery/key /etc/holdstill.key
configure <<<'tasks: {all: {each: {lv: gallery/*}, size: 4M, autoextend: false, keys: [/etc/holdstill.key]}}'
mark

call plan "$HOLDSTILL" plan all
call pre "$PRE" all
$HOLDSTILL status all >"$LAB/status"
for place in "${PLACES[@]}"; do
  (cd "/run/holdstill/all/$place" && sha256sum --quiet -c "$LAB/sums/$place") 2>&1 || echo "$place is not what was written"
done
findmnt --raw --noheadings -o TARGET,FSTYPE,VFS-OPTIONS | grep '^/run/holdstill/all' >"$LAB/mounts"
call post "$POST" all
same end

# What a witness says of the partition tables.
(cd "$REPO" && "$NODE" --import tsx test/gallery/witness.ts "${DEVICES[@]}") >"$LAB/tables"
