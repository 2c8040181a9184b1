// SPDX-License-Identifier: GPL-2.0-only OR MIT
/*
 * The actions of random programs. Any of them may fail for a good reason; what is read is judged by
 * the oracle.
 */
#include "mm_random.h"

struct span {
	unsigned long addr;
	unsigned long bytes;
};

/* Mostly a few pages, now and then a lot, and whole 2 MiB. */
static struct span any_span(void)
{
	unsigned long first = below(PAGES), count = 1 + below(8);

	switch (below(8)) {
	case 0:
		count = 1 + below(PAGES - first);
		break;
	case 1:
		first &= ~511ul;
		count = 512;
		break;
	case 2:
		count = 1 + below(64);
		break;
	default:
		break;
	}
	if (count > PAGES - first)
		count = PAGES - first;
	return (struct span){ BASE + first * PAGE_SIZE, count * PAGE_SIZE };
}

static unsigned long any_addr(void)
{
	unsigned long page = below(PAGES - 1);

	/* Few places, so that what is read was written: some bytes of each page, across its end. */
	return BASE + page * PAGE_SIZE + (below(4) ? 8 * below(6) : PAGE_SIZE - 16);
}

struct process *process_get(void)
{
	struct process *process = &bed.process[below(PROCESSES)];

	spin_lock(&bed.lock);
	if (!process->mm || bed.exiting[process - bed.process])
		process = &bed.process[0];
	process->users++;
	spin_unlock(&bed.lock);
	current->mm = process->mm;
	return process;
}

static void process_close(struct process *process)
{
	struct mm_struct *mm = process->mm;
	bool is_last_first = below(2);

	for (unsigned int i = 0; i < LISTENERS; i++) {
		struct listener *listener = &bed.listener[i];

		if (listener->process != process)
			continue;
		listener->busy = true;
		mmu_interval_notifier_remove(&listener->notifier);
		listener->process = NULL;
		listener->busy = false;
	}
	if (is_last_first)
		mmput(mm);
	for (unsigned int i = 0; i < DEVICES; i++)
		sim_mirror_close(process->mirror[i]);
	if (!is_last_first)
		mmput(mm);
	/* Only now may the place be taken by another. */
	process->mm = NULL;
}

static void drop_user(struct process *process)
{
	bool is_last;

	spin_lock(&bed.lock);
	is_last = !--process->users;
	spin_unlock(&bed.lock);
	if (is_last)
		process_close(process);
}

void process_put(struct process *process)
{
	current->mm = NULL;
	drop_user(process);
}

void process_open(struct process *process, struct mm_struct *mm)
{
	for (unsigned int i = 0; i < DEVICES; i++) {
		process->mirror[i] = sim_mirror_open(bed.device[i], mm);
		ktest_assert_false(IS_ERR(process->mirror[i]));
	}
	spin_lock(&bed.lock);
	bed.exiting[process - bed.process] = false;
	process->users = 1;
	process->mm = mm;
	spin_unlock(&bed.lock);
}

static bool act_cpu_read(struct process *process)
{
	u8 bytes[64];
	size_t count = 1 + below(sizeof(bytes));

	return !sim_cpu_read(process->mm, any_addr(), bytes, count);
}

static bool act_cpu_write(struct process *process)
{
	u64 words[8];
	size_t count = 1 + below(sizeof(words));

	for (unsigned int i = 0; i < 8; i++)
		words[i] = ktest_random(&bed.random);
	return !sim_cpu_write(process->mm, any_addr(), words, count);
}

static bool act_fill(struct process *process)
{
	struct span span = any_span();
	u64 word = ktest_random(&bed.random);

	for (unsigned long at = 0; at < span.bytes; at += PAGE_SIZE)
		if (sim_cpu_write(process->mm, span.addr + at + 40, &word, sizeof(word)))
			return false;
	return true;
}

static bool act_look(struct process *process)
{
	struct span span = any_span();
	u64 word;

	for (unsigned long at = 0; at < span.bytes; at += PAGE_SIZE)
		if (sim_cpu_read(process->mm, span.addr + at + 36, &word, sizeof(word)))
			return false;
	return true;
}

static struct sim_mirror *any_mirror(struct process *process)
{
	return process->mirror[below(DEVICES)];
}

static bool act_device_read(struct process *process)
{
	u8 bytes[64];
	size_t count = 1 + below(sizeof(bytes));

	return !sim_mirror_read(any_mirror(process), any_addr(), bytes, count);
}

static bool act_device_write(struct process *process)
{
	u64 words[8];
	size_t count = 1 + below(sizeof(words));

	for (unsigned int i = 0; i < 8; i++)
		words[i] = ktest_random(&bed.random);
	return !sim_mirror_write(any_mirror(process), any_addr(), words, count);
}

static bool act_to_device(struct process *process)
{
	struct span span = any_span();
	unsigned long moved = 0;

	if (bed.is_private)
		return false;
	sim_mirror_to_device(any_mirror(process), span.addr, span.bytes, &moved);
	return moved;
}

static bool act_to_system(struct process *process)
{
	struct span span = any_span();
	unsigned long moved = 0;

	sim_mirror_to_system(any_mirror(process), span.addr, span.bytes, &moved);
	return moved;
}

static bool act_snapshot(struct process *process)
{
	unsigned long first = below(PAGES - 16);
	u8 codes[16];

	return !sim_mirror_snapshot(any_mirror(process), BASE + first * PAGE_SIZE, 16 * PAGE_SIZE,
				    codes);
}

static bool act_exclusive(struct process *process)
{
	return !bed.is_private &&
	       !sim_mirror_exclusive(any_mirror(process), BASE + below(PAGES) * PAGE_SIZE,
				     PAGE_SIZE);
}

static bool act_evict(struct process *process)
{
	return !sim_mirror_device_evict(bed.device[below(DEVICES)]);
}

static bool act_fail_alloc(struct process *process)
{
	sim_mirror_device_fail_alloc(bed.device[below(DEVICES)], below(2) ? 9 : 0);
	return true;
}

static bool act_mmap(struct process *process)
{
	struct span span = any_span();
	struct file *file = below(4) ? NULL : below(2) ? bed.file : bed.shmem;
	unsigned long flags = file && !bed.is_private ? SIM_MAP_SHARED : 0;
	unsigned long out;

	return !sim_mmap(process->mm, span.addr, span.bytes, below(5) ? RW : VM_READ,
			 SIM_MAP_FIXED | flags, 0, file,
			 file ? (span.addr - BASE) >> PAGE_SHIFT : 0, &out);
}

static bool act_munmap(struct process *process)
{
	struct span span = any_span();

	return !sim_munmap(process->mm, span.addr, span.bytes);
}

static bool act_mprotect(struct process *process)
{
	static const unsigned long prots[] = { RW, RW, VM_READ, 0 };
	struct span span = any_span();

	return !sim_mprotect(process->mm, span.addr, span.bytes, prots[below(4)]);
}

static bool act_mremap(struct process *process)
{
	static const unsigned long flags[] = {
		SIM_MREMAP_MAYMOVE | SIM_MREMAP_FIXED,
		SIM_MREMAP_MAYMOVE | SIM_MREMAP_FIXED,
		SIM_MREMAP_MAYMOVE | SIM_MREMAP_FIXED | SIM_MREMAP_DONTUNMAP,
		0,
	};
	struct span from = any_span(), to = any_span();
	unsigned long how = flags[below(4)];
	unsigned long bytes = how ? from.bytes : to.bytes;
	unsigned long out;

	if (how && to.addr + bytes > BASE + PAGES * PAGE_SIZE)
		return false;
	if (!how && from.addr + bytes > BASE + PAGES * PAGE_SIZE)
		return false;
	return !sim_mremap(process->mm, from.addr, from.bytes, bytes, how, to.addr, &out);
}

static bool act_madvise(struct process *process)
{
	static const int advice[] = {
		MADV_DONTNEED, MADV_FREE,    MADV_HUGEPAGE,	 MADV_NOHUGEPAGE,
		MADV_COLD,     MADV_PAGEOUT, MADV_POPULATE_READ, MADV_POPULATE_WRITE,
		MADV_COLLAPSE,
	};
	struct span span = any_span();

	return !sim_madvise(process->mm, span.addr, span.bytes, advice[below(9)]);
}

static bool act_fork(struct process *process)
{
	struct process *child = NULL;
	struct mm_struct *mm;

	for (unsigned int i = 1; i < PROCESSES; i++)
		if (!bed.process[i].users && !bed.process[i].mm)
			child = &bed.process[i];
	if (!child)
		return false;
	/* Nobody else takes the place meanwhile. */
	child->users = ~0u;
	if (sim_fork(process->mm, &mm)) {
		child->users = 0;
		return false;
	}
	process_open(child, mm);
	return true;
}

/* It goes at once, or with the last that acts on it. */
static bool act_exit(struct process *process)
{
	struct process *gone = &bed.process[1 + below(PROCESSES - 1)];

	if (!gone->mm || !gone->users || bed.exiting[gone - bed.process])
		return false;
	bed.exiting[gone - bed.process] = true;
	drop_user(gone);
	return true;
}

static bool act_pin(struct process *process)
{
	unsigned int i = (unsigned int)below(PINS);
	unsigned long addr = BASE + below(PAGES) * PAGE_SIZE;
	unsigned int flags = (below(2) ? FOLL_WRITE : 0) | (below(2) ? FOLL_LONGTERM : 0);
	struct page *pages[PIN_PAGES];
	long count;

	if (bed.pin_count[i])
		return false;
	mmap_read_lock(process->mm);
	count = pin_user_pages_remote(process->mm, addr, 1 + below(PIN_PAGES), flags, pages, NULL);
	mmap_read_unlock(process->mm);
	if (count <= 0)
		return false;
	if (bed.pin_count[i]) {
		unpin_user_pages(pages, (unsigned long)count);
		return false;
	}
	memcpy(bed.pin[i], pages, sizeof(pages));
	bed.pin_count[i] = count;
	return true;
}

static bool act_unpin(struct process *process)
{
	unsigned int i = (unsigned int)below(PINS);
	unsigned long count = (unsigned long)bed.pin_count[i];
	struct page *pages[PIN_PAGES];

	if (!count)
		return false;
	memcpy(pages, bed.pin[i], sizeof(pages));
	bed.pin_count[i] = 0;
	if (below(2))
		unpin_user_pages(pages, count);
	else
		unpin_user_pages_dirty_lock(pages, count, false);
	return true;
}

static bool act_reclaim(struct process *process)
{
	struct span span = any_span();

	return sim_reclaim(process->mm, span.addr, span.bytes) > 0;
}

static bool act_compact(struct process *process)
{
	struct span span = any_span();

	return sim_compact(process->mm, span.addr, span.bytes) > 0;
}

static bool act_numa_scan(struct process *process)
{
	struct span span = any_span();

	return sim_numa_scan(process->mm, span.addr, span.bytes) > 0;
}

static bool act_move_pages(struct process *process)
{
	struct span span = any_span();

	return sim_move_pages(process->mm, span.addr, span.bytes, (int)below(2)) > 0;
}

static bool act_split(struct process *process)
{
	struct span span = any_span();

	return sim_split(process->mm, span.addr, span.bytes, below(2) ? 0 : 4) > 0;
}

static bool act_collapse(struct process *process)
{
	unsigned long first = below(PAGES / 512) * 512;

	return sim_collapse(process->mm, BASE + first * PAGE_SIZE, 512 * PAGE_SIZE, below(2)) > 0;
}

static bool act_file_write(struct process *process)
{
	u64 words[8];

	for (unsigned int i = 0; i < 8; i++)
		words[i] = ktest_random(&bed.random);
	return sim_file_write(below(2) ? bed.file : bed.shmem,
			      below(PAGES * PAGE_SIZE - sizeof(words)), words, sizeof(words)) > 0;
}

static bool act_truncate(struct process *process)
{
	struct file *file = below(2) ? bed.file : bed.shmem;
	bool ok = !sim_file_truncate(file, below(PAGES * PAGE_SIZE));

	return !sim_file_truncate(file, PAGES * PAGE_SIZE) && ok;
}

static bool invalidate(struct mmu_interval_notifier *notifier,
		       const struct mmu_notifier_range *range, unsigned long cur_seq)
{
	struct listener *listener = container_of(notifier, struct listener, notifier);

	if (mmu_notifier_range_blockable(range))
		mutex_lock(&listener->lock);
	else if (!mutex_trylock(&listener->lock))
		return false;
	mmu_interval_set_seq(notifier, cur_seq);
	mutex_unlock(&listener->lock);
	return true;
}

static const struct mmu_interval_notifier_ops listener_ops = { .invalidate = invalidate };

static bool act_listen(struct process *process)
{
	struct listener *listener = &bed.listener[below(LISTENERS)];

	if (listener->busy || listener->process)
		return false;
	listener->busy = true;
	listener->start = BASE + below(PAGES - LISTENER_PAGES) * PAGE_SIZE;
	mutex_init(&listener->lock);
	if (!mmu_interval_notifier_insert(&listener->notifier, process->mm, listener->start,
					  LISTENER_PAGES * PAGE_SIZE, &listener_ops))
		listener->process = process;
	listener->busy = false;
	return listener->process;
}

static bool act_unlisten(struct process *process)
{
	struct listener *listener = &bed.listener[below(LISTENERS)];

	if (listener->busy || listener->process != process)
		return false;
	listener->busy = true;
	listener->process = NULL;
	mmu_interval_notifier_remove(&listener->notifier);
	listener->busy = false;
	return true;
}

/* The loop that drivers have around hmm_range_fault(). */
static bool act_range_fault(struct process *process)
{
	struct listener *listener = &bed.listener[below(LISTENERS)];
	unsigned long pfns[LISTENER_PAGES];
	struct hmm_range range = {
		.notifier = &listener->notifier,
		.hmm_pfns = pfns,
		.default_flags = below(3) ? HMM_PFN_REQ_FAULT : 0,
		.dev_private_owner = below(2) ? bed.device[0] : NULL,
	};
	bool is_done = false;

	if (listener->busy || listener->process != process)
		return false;
	listener->busy = true;
	range.start = listener->start;
	range.end = range.start + (1 + below(LISTENER_PAGES)) * PAGE_SIZE;
	for (unsigned int tries = 0; tries < 20 && !is_done; tries++) {
		int err;

		memset(pfns, 0, sizeof(pfns));
		range.notifier_seq = mmu_interval_read_begin(&listener->notifier);
		mmap_read_lock(process->mm);
		err = hmm_range_fault(&range);
		mmap_read_unlock(process->mm);
		if (err == -EBUSY)
			continue;
		if (err)
			break;
		mutex_lock(&listener->lock);
		is_done = !mmu_interval_read_retry(&listener->notifier, range.notifier_seq);
		mutex_unlock(&listener->lock);
	}
	listener->busy = false;
	return is_done;
}

/**
 * struct action - what can be done
 * @name: for people
 * @act: true: it has had an effect
 * @weight: how often
 */
static const struct action {
	const char *name;
	bool (*act)(struct process *process);
	unsigned int weight;
} actions[] = {
	{ "cpu-read", act_cpu_read, 30 },
	{ "cpu-write", act_cpu_write, 30 },
	{ "fill", act_fill, 6 },
	{ "look", act_look, 6 },
	{ "device-read", act_device_read, 16 },
	{ "device-write", act_device_write, 16 },
	{ "to-device", act_to_device, 10 },
	{ "to-system", act_to_system, 4 },
	{ "snapshot", act_snapshot, 3 },
	{ "exclusive", act_exclusive, 4 },
	{ "evict", act_evict, 1 },
	{ "fail-alloc", act_fail_alloc, 1 },
	{ "mmap", act_mmap, 8 },
	{ "munmap", act_munmap, 2 },
	{ "mprotect", act_mprotect, 5 },
	{ "mremap", act_mremap, 4 },
	{ "madvise", act_madvise, 10 },
	{ "fork", act_fork, 4 },
	{ "exit", act_exit, 3 },
	{ "pin", act_pin, 5 },
	{ "unpin", act_unpin, 8 },
	{ "reclaim", act_reclaim, 3 },
	{ "compact", act_compact, 3 },
	{ "numa-scan", act_numa_scan, 3 },
	{ "move-pages", act_move_pages, 3 },
	{ "split", act_split, 3 },
	{ "collapse", act_collapse, 3 },
	{ "file-write", act_file_write, 3 },
	{ "truncate", act_truncate, 1 },
	{ "listen", act_listen, 3 },
	{ "unlisten", act_unlisten, 2 },
	{ "range-fault", act_range_fault, 8 },
};

#define ACTION_COUNT (sizeof(actions) / sizeof(actions[0]))

const char *random_action_name(unsigned int index)
{
	return index < ACTION_COUNT ? actions[index].name : NULL;
}

void random_action(void)
{
	static unsigned int total;
	struct process *process;
	unsigned int i = 0;
	unsigned long draw;

	if (!total)
		for (unsigned int k = 0; k < ACTION_COUNT; k++)
			total += actions[k].weight;
	draw = below(total);
	while (draw >= actions[i].weight)
		draw -= actions[i++].weight;
	process = process_get();
	if (actions[i].act(process))
		bed.done[i]++;
	process_put(process);
}
