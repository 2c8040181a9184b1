/* SPDX-License-Identifier: GPL-2.0-only OR MIT */
/* Which areas may hold an anonymous folio: anon_vmas, and the trees that areas hang in. */
#include "mm/rmap_internal.h"
#include <linux/slab.h>

#define GONE_MAX 1024

/**
 * struct rmap_state - of sim_layer_rmap
 * @gone: anon_vmas whose last reference went, the oldest at @next: their memory stays for a while,
 *	so that who still looks for a folio by one of them is found out
 * @next: see @gone
 */
struct rmap_state {
	struct anon_vma *gone[GONE_MAX];
	unsigned int next;
};

static struct rmap_state *rmap_state(void)
{
	return sim_world->slot[SIM_SLOT_RMAP];
}

static int rmap_make(struct svmsim_world *world)
{
	world->slot[SIM_SLOT_RMAP] = sim_alloc(world, sizeof(struct rmap_state));
	return 0;
}

/* The memory itself is the slab layer's, which forgets it by itself. */
static void rmap_start(struct svmsim_world *world)
{
	struct rmap_state *state = world->slot[SIM_SLOT_RMAP];

	if (state->gone[0])
		*state = (struct rmap_state){};
}

static void rmap_finish(struct svmsim_world *world)
{
	struct rmap_state *state = world->slot[SIM_SLOT_RMAP];

	for (unsigned int i = 0; i < GONE_MAX && state->gone[i]; i++)
		kfree(state->gone[i]);
	rmap_start(world);
}

static void rmap_unmake(struct svmsim_world *world)
{
	sim_free(world, world->slot[SIM_SLOT_RMAP], sizeof(struct rmap_state));
	world->slot[SIM_SLOT_RMAP] = NULL;
}

const struct sim_layer sim_layer_rmap = {
	.name = "rmap",
	.slot = SIM_SLOT_RMAP,
	.make = rmap_make,
	.start = rmap_start,
	.finish = rmap_finish,
	.unmake = rmap_unmake,
};

static void anon_vma_free(struct anon_vma *anon_vma)
{
	struct rmap_state *state = rmap_state();

	SIM_ASSERT(RB_EMPTY_ROOT(&anon_vma->rb_root.rb_root));
	kfree(state->gone[state->next]);
	state->gone[state->next] = anon_vma;
	state->next = (state->next + 1) % GONE_MAX;
}

static struct anon_vma *anon_vma_alloc(void)
{
	struct anon_vma *anon_vma = kmalloc(sizeof(*anon_vma), GFP_KERNEL);

	if (!anon_vma)
		return NULL;
	*anon_vma = (struct anon_vma){ .root = anon_vma,
				       .parent = anon_vma,
				       .refcount = ATOMIC_INIT(1),
				       .rb_root = RB_ROOT_CACHED };
	init_rwsem(&anon_vma->rwsem);
	return anon_vma;
}

void get_anon_vma(struct anon_vma *anon_vma)
{
	anon_vma->refcount.counter++;
}

void put_anon_vma(struct anon_vma *anon_vma)
{
	struct anon_vma *root = anon_vma->root;

	SIM_ASSERT(anon_vma->refcount.counter > 0);
	if (--anon_vma->refcount.counter)
		return;
	anon_vma_free(anon_vma);
	if (root != anon_vma)
		put_anon_vma(root);
}

struct anon_vma *folio_get_anon_vma(const struct folio *folio)
{
	struct anon_vma *anon_vma = rmap_anon_vma(folio);

	SIM_ASSERT(folio_test_locked(folio));
	/* What maps the folio keeps its anon_vma; without that it may be gone. */
	if (!anon_vma || !folio_mapped(folio))
		return NULL;
	get_anon_vma(anon_vma);
	return anon_vma;
}

static struct anon_vma_chain *chain_alloc(void)
{
	return kmalloc(sizeof(struct anon_vma_chain), GFP_KERNEL);
}

/* Newest first: a copy of the list in reverse order starts with the root's. */
static void chain_assign(struct anon_vma_chain *chain, struct vm_area_struct *vma,
			 struct anon_vma *anon_vma)
{
	chain->vma = vma;
	chain->anon_vma = anon_vma;
	list_add(&chain->same_vma, &vma->anon_vma_chain);
}

/*
 * Whether two neighbours look as if an mprotect() had made them of one area, so that another one
 * could merge them. @giver must not have been forked: its anon_vma would hold foreign areas.
 */
static bool may_share(const struct vm_area_struct *left, const struct vm_area_struct *right,
		      const struct vm_area_struct *giver)
{
	const vm_flags_t ignored = VM_ACCESS_FLAGS;

	return left->vm_end == right->vm_start && left->vm_file == right->vm_file &&
	       !((left->vm_flags ^ right->vm_flags) & ~ignored) &&
	       right->vm_pgoff == left->vm_pgoff + vma_pages(left) && giver->anon_vma &&
	       list_is_singular(&giver->anon_vma_chain);
}

/* The anon_vma of a neighbour, so that areas that an mprotect() split can merge again. */
static struct anon_vma *neighbour_anon_vma(const struct vm_area_struct *vma)
{
	const struct vm_area_struct *next = rb_entry_safe(rb_next(&vma->sim_rb),
							  struct vm_area_struct, sim_rb);
	const struct vm_area_struct *prev = rb_entry_safe(rb_prev(&vma->sim_rb),
							  struct vm_area_struct, sim_rb);

	if (next && may_share(vma, next, next))
		return next->anon_vma;
	if (prev && may_share(prev, vma, prev))
		return prev->anon_vma;
	return NULL;
}

int __anon_vma_prepare(struct vm_area_struct *vma)
{
	struct anon_vma_chain *chain = chain_alloc();
	struct anon_vma *made = NULL;
	struct anon_vma *anon_vma;

	mmap_assert_locked(vma->vm_mm);
	if (!chain)
		return -ENOMEM;
	anon_vma = neighbour_anon_vma(vma);
	if (!anon_vma) {
		anon_vma = made = anon_vma_alloc();
		if (!made) {
			kfree(chain);
			return -ENOMEM;
		}
		/* A root is its own parent. */
		made->num_children = 1;
	}
	anon_vma_lock_write(anon_vma);
	/* Another fault of the same area may be here, too: mmap_lock is held for reading. */
	spin_lock(&vma->vm_mm->page_table_lock);
	if (likely(!vma->anon_vma)) {
		vma->anon_vma = anon_vma;
		chain_assign(chain, vma, anon_vma);
		anon_chain_insert(chain, &anon_vma->rb_root);
		anon_vma->num_active_vmas++;
		made = NULL;
		chain = NULL;
	}
	spin_unlock(&vma->vm_mm->page_table_lock);
	anon_vma_unlock_write(anon_vma);
	if (unlikely(made))
		put_anon_vma(made);
	kfree(chain);
	return 0;
}

/* Undoes what chain_copy() did before it ran out of memory: nothing is in a tree yet. */
static void chain_drop(struct vm_area_struct *vma)
{
	struct anon_vma_chain *chain, *next;

	list_for_each_entry_safe(chain, next, &vma->anon_vma_chain, same_vma) {
		list_del(&chain->same_vma);
		kfree(chain);
	}
	vma->anon_vma = NULL;
}

static int chain_copy(struct vm_area_struct *dst, struct vm_area_struct *src)
{
	struct anon_vma_chain *from;

	list_for_each_entry(from, &src->anon_vma_chain, same_vma) {
		struct anon_vma_chain *chain = chain_alloc();

		if (!chain) {
			chain_drop(dst);
			return -ENOMEM;
		}
		chain_assign(chain, dst, from->anon_vma);
	}
	return 0;
}

/*
 * A child takes over an anon_vma that no area has as its own any more and that has at most one
 * child: else parents that fork and exit in turn would make the trees grow without an end.
 */
static bool may_reuse(const struct anon_vma *anon_vma)
{
	return !anon_vma->num_active_vmas && anon_vma->num_children <= 1;
}

static int clone_chain(struct vm_area_struct *dst, struct vm_area_struct *src, bool is_fork)
{
	struct anon_vma *active = src->anon_vma;
	struct anon_vma_chain *chain;
	int err;

	mmap_assert_write_locked(src->vm_mm);
	SIM_ASSERT(list_empty(&dst->anon_vma_chain));
	dst->anon_vma = is_fork ? NULL : active;
	if (!active)
		return 0;
	err = chain_copy(dst, src);
	if (err)
		return err;
	anon_vma_lock_write(active);
	list_for_each_entry_reverse(chain, &dst->anon_vma_chain, same_vma) {
		anon_chain_insert(chain, &chain->anon_vma->rb_root);
		if (is_fork && !dst->anon_vma && may_reuse(chain->anon_vma))
			dst->anon_vma = chain->anon_vma;
	}
	if (dst->anon_vma)
		dst->anon_vma->num_active_vmas++;
	anon_vma_unlock_write(active);
	return 0;
}

int anon_vma_clone(struct vm_area_struct *dst, struct vm_area_struct *src)
{
	return clone_chain(dst, src, false);
}

int anon_vma_fork(struct vm_area_struct *vma, struct vm_area_struct *pvma)
{
	struct anon_vma *anon_vma;
	struct anon_vma_chain *chain;
	int err;

	if (!pvma->anon_vma)
		return 0;
	vma->anon_vma = NULL;
	anon_vma = anon_vma_alloc();
	if (!anon_vma)
		return -ENOMEM;
	chain = chain_alloc();
	if (!chain) {
		put_anon_vma(anon_vma);
		return -ENOMEM;
	}
	err = clone_chain(vma, pvma, true);
	if (err || vma->anon_vma) {
		put_anon_vma(anon_vma);
		kfree(chain);
		return err;
	}
	anon_vma->num_active_vmas = 1;
	anon_vma->root = pvma->anon_vma->root;
	anon_vma->parent = pvma->anon_vma;
	/* The lock is the root's: it stays as long as anything below it. */
	get_anon_vma(anon_vma->root);
	vma->anon_vma = anon_vma;
	chain_assign(chain, vma, anon_vma);
	anon_vma_lock_write(anon_vma);
	anon_chain_insert(chain, &anon_vma->rb_root);
	anon_vma->parent->num_children++;
	anon_vma_unlock_write(anon_vma);
	return 0;
}

void unlink_anon_vmas(struct vm_area_struct *vma)
{
	struct anon_vma *active = vma->anon_vma;
	struct anon_vma_chain *chain, *next;

	mmap_assert_locked(vma->vm_mm);
	if (!active) {
		SIM_ASSERT(list_empty(&vma->anon_vma_chain));
		return;
	}
	anon_vma_lock_write(active);
	list_for_each_entry_safe(chain, next, &vma->anon_vma_chain, same_vma) {
		struct anon_vma *anon_vma = chain->anon_vma;

		anon_chain_remove(chain, &anon_vma->rb_root);
		/* Those that are empty now go below, where the lock in their root isn't held. */
		if (RB_EMPTY_ROOT(&anon_vma->rb_root.rb_root)) {
			anon_vma->parent->num_children--;
			continue;
		}
		list_del(&chain->same_vma);
		kfree(chain);
	}
	active->num_active_vmas--;
	vma->anon_vma = NULL;
	anon_vma_unlock_write(active);
	list_for_each_entry_safe(chain, next, &vma->anon_vma_chain, same_vma) {
		SIM_ASSERT(!chain->anon_vma->num_children && !chain->anon_vma->num_active_vmas);
		put_anon_vma(chain->anon_vma);
		list_del(&chain->same_vma);
		kfree(chain);
	}
}

void rmap_vma_unlink(struct vm_area_struct *vma)
{
	struct address_space *mapping = vma->vm_file ? vma->vm_file->f_mapping : NULL;
	struct anon_vma_chain *chain;

	if (mapping) {
		i_mmap_lock_write(mapping);
		file_area_remove(vma, &mapping->i_mmap);
	}
	if (vma->anon_vma) {
		anon_vma_lock_write(vma->anon_vma);
		list_for_each_entry(chain, &vma->anon_vma_chain, same_vma)
			anon_chain_remove(chain, &chain->anon_vma->rb_root);
	}
}

void rmap_vma_relink(struct vm_area_struct *vma)
{
	struct address_space *mapping = vma->vm_file ? vma->vm_file->f_mapping : NULL;
	struct anon_vma_chain *chain;

	if (vma->anon_vma) {
		list_for_each_entry(chain, &vma->anon_vma_chain, same_vma)
			anon_chain_insert(chain, &chain->anon_vma->rb_root);
		anon_vma_unlock_write(vma->anon_vma);
	}
	if (mapping) {
		file_area_insert(vma, &mapping->i_mmap);
		i_mmap_unlock_write(mapping);
	}
}

static void file_change(struct vm_area_struct *vma, bool insert)
{
	struct address_space *mapping;

	if (!vma->vm_file)
		return;
	mapping = vma->vm_file->f_mapping;
	i_mmap_lock_write(mapping);
	if (insert)
		file_area_insert(vma, &mapping->i_mmap);
	else
		file_area_remove(vma, &mapping->i_mmap);
	i_mmap_unlock_write(mapping);
}

void rmap_vma_link_file(struct vm_area_struct *vma)
{
	file_change(vma, true);
}

void rmap_vma_unlink_file(struct vm_area_struct *vma)
{
	file_change(vma, false);
}
