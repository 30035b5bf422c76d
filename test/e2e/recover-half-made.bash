# LVM was making or removing a snapshot when the power went: what is that LV, and whose?
. "$REPO/test/e2e/recover.words.bash"

$PRE t >/dev/null
$POST t >/dev/null
mark
break_tools

# half: LVM makes a plain LV first; the hook died before it knew its UUID. The LV is $lv.
half() {
  break_at 4 after KILL "$PRE" t
  lv=$(snapshot_of t)
  lvconvert -qq -y --splitsnapshot "vg0/$lv"
}

# away NAME: what recover would not touch is removed, and what it left too.
away() {
  lvremove -qq -y "vg0/$lv"
  $HOLDSTILL recover >/dev/null
  same "$1"
}

# As LVM left it; then larger than it may be, or without the tag of its run: not provably ours.
half
call made "$HOLDSTILL" recover
same made
half
lvextend -qq -L +4M "vg0/$lv"
call larger "$HOLDSTILL" recover
away larger
half
lvchange -qq --deltag "@$(lvs --noheadings -o lv_tags "vg0/$lv" | grep -o 'holdstill.run=[0-9a-f]*')" "vg0/$lv"
call tags "$HOLDSTILL" recover
away tags

# It leaves a plain LV for a moment, too, when it removes a snapshot; that is only seen after the next start.
$PRE t >/dev/null
umount /run/holdstill/t
lvconvert -qq -y --splitsnapshot "vg0/$(snapshot_of t)"
edit_journal /var/lib/holdstill/t.journal 's/"boot":"[^"]*"/"boot":"another"/'
call removed "$POST" t
same removed
