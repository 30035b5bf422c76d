# Everything that test/matrix/rest.ts looks at, on one host: cuts, then kills.
. "$REPO/test/kvm/cuts.bash"
. "$REPO/test/kvm/kills.bash"
