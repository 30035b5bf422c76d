/*
 * Before the C library's ptrace in the lab's kernel, so that User-Mode Linux 6.1 runs on processors with a large state.
 *
 * It keeps the first 2696 bytes of a process's registers (HOST_FP_SIZE in arch/x86/um/user-offsets.c: all up to AVX-512
 * and PKRU). The host takes them back only whole (xstateregs_set in arch/x86/kernel/fpu/regset.c, EFAULT), and where the
 * processor has AMX they are 11008: the guest's init is killed at once. What the guest doesn't know of stays as it is in the process.
 */
enum {
	sys_ptrace = 101,
	PEEKTEXT = 1,
	PEEKUSER = 3,
	GETREGSET = 0x4204,
	SETREGSET = 0x4205,
	NT_X86_XSTATE = 0x202,
};

struct iovec {
	void *base;
	unsigned long length;
};

long syscall(long number, ...);
void *memcpy(void *to, const void *from, unsigned long length);

/* Static: the kernel's stack has no room for it, and one CPU uses it at a time. */
static char state[1 << 16];

long ptrace(long request, long pid, void *what, void *data)
{
	long word, result;

	if (request >= PEEKTEXT && request <= PEEKUSER) {
		result = syscall(sys_ptrace, request, pid, what, &word);
		return result < 0 ? result : word;
	}
	result = syscall(sys_ptrace, request, pid, what, data);
	if (result == 0 || request != SETREGSET || (long) what != NT_X86_XSTATE)
		return result;

	struct iovec *known = data;
	struct iovec whole = { state, sizeof state };
	if (syscall(sys_ptrace, GETREGSET, pid, what, &whole) < 0 || known->length > whole.length)
		return -1;
	memcpy(state, known->base, known->length);
	return syscall(sys_ptrace, SETREGSET, pid, what, &whole);
}
