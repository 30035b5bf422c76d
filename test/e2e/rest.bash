# A guest that runs Linux while libvirt goes away, and one whose agent does not do as it should, on one host.
. "$REPO/test/e2e/rest-libvirt.bash"
. "$REPO/test/e2e/rest-agents.bash"
