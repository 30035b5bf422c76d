# Its logical volumes: others in their place, renamed, merged, split, exported.
. "$REPO/test/e2e/changed.words.bash"

# copied TASK: the options by which an LV gets all tags of its snapshot, in $tags.
copied() { tags=(--addtag holdstill --addtag "holdstill.run=$run" --addtag "holdstill.task=$1"); }

# Its snapshot's place is taken by another LV with its name, all its tags and its origin.
opened t
umount /mnt/t
lvremove -qq -y "vg0/$name"
copied t
lvcreate -qq -s -L 8M -n "$name" "${tags[@]}" vg0/plain
call replaced "$POST" t
there "vg0/$name" replaced
lvremove -qq -y "vg0/$name"
again replaced t

# Beside it another one with all its tags.
opened t
copied t
lvcreate -qq -s -L 8M -n copy "${tags[@]}" vg0/plain
call beside "$POST" t
there vg0/copy beside
lvremove -qq -y vg0/copy
again beside t

# Renamed.
opened t
lvrename -qq "vg0/$name" kept
call renamed "$POST" t
there vg0/kept renamed
lvremove -qq -y vg0/kept
again renamed t

# Merged: where the origin is in use that waits for its next activation.
opened t
umount /mnt/t
lvconvert -qq --merge "vg0/$name"
call merged "$POST" t
umount /srv/plain
lvchange -an vg0/plain
lvchange -ay vg0/plain
until_true 20 eval '[ "$(lvs --noheadings -o lv_role vg0/plain | tr -d " ")" = public ]'
mount /dev/vg0/plain /srv/plain
again merged t

# Split from its origin.
opened t
umount /mnt/t
lvconvert -qq -y --splitsnapshot "vg0/$name"
call split "$POST" t
there "vg0/$name" split
lvremove -qq -y "vg0/$name"
again split t

# Thin: merged at once.
opened thin2
umount /run/holdstill/thin2
lvconvert -qq --merge "vg0/$name"
call thin-merged "$POST" thin2
same 'thin merged'

# Somebody's thick snapshot of it, which goes with what it stands on.
opened thin1
lvcreate -qq -s -L 8M -n admins "vg0/$name"
call above "$POST" thin1
there vg0/admins above
lvremove -qq -y vg0/admins
again above thin1

# Its origin is removed.
opened thin1
umount /run/holdstill/thin1
lvremove -qq -y vg0/thin1
call last "$POST" thin1
there "vg0/$name" last
lvremove -qq -y "vg0/$name"
call last-again "$POST" thin1
ls /run/holdstill /var/lib/holdstill/*.journal

# Other names: of the origin, of the volume group.
opened r
lvrename -qq vg1/data moved
vgrename -qq vg1 vg2
call names "$POST" r
vgrename -qq vg2 vg1
lvrename -qq vg1/moved data

# The volume group is exported.
opened r
umount /run/holdstill/r
vgexport -qq vg1 2>/dev/null
vgchange -qq -an vg1
vgexport -qq vg1
call away "$POST" r
call away-status "$HOLDSTILL" status r
vgimport -qq vg1
vgchange -qq -ay vg1
call away-again "$POST" r

# Task u is still open.
lvs --noheadings -o lv_name --select lv_tags=holdstill
call survivor "$POST" u
