# A thin volume, then thin and thick ones in one task, while their guests write: each snapshot is one instant, and whole.
. "$REPO/test/e2e/run.words.bash"

configure <<'Y'
tasks:
  thin: {lv: vg0/c}
  both: {each: {lv: "vg0/[a-d]"}, size: 32M}
Y
look before

for lv in a b c d; do written $lv >"$LAB/due.$lv"; done

# The thin one alone.
call pre holdstill pre thin
check_static /run/holdstill/thin c
check_written /run/holdstill/thin "$LAB/due.c" | sed 's/[0-9]* files/files/'
lvs --noheadings -o lv_active -S 'lv_tags=holdstill' vg0 | tr -d ' '
call post holdstill post thin
look after-thin

# All of them. The guests go on.
call both-pre holdstill pre both
for lv in a b c d; do written $lv >"$LAB/later.$lv"; done
for lv in a b c d; do
  check_static /run/holdstill/both/$lv $lv
  check_written /run/holdstill/both/$lv "$LAB/due.$lv" "$LAB/later.$lv" | grep -v whole
done
for lv in a b c d; do writes_on $lv || echo "$lv stands still"; done
call both-post holdstill post both
look after
