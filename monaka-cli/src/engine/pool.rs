//! Room for many instances, made before they are: wasmtime's pool of memories, tables and stacks.
//!
//! An instance in a pool maps nothing of its own, and its memory is reset rather than unmapped. A pool has a size of
//! its own for memories and tables, which a program may need more of: such a program is served without.

use anyhow::{Context, Result, bail};
use wasmtime::component::Component;
use wasmtime::{Enabled, PoolingAllocationConfig};

use super::program::{Compiled, Source};
use super::world::World;
use crate::cli::Talk;

/// Memories of an instance. A program has one, a composed one two, and one that is linked from several has all of
/// theirs.
const MEMORIES_EACH: u32 = 8;

/// Memories of all instances. Each takes 4 GiB of addresses, all of them 32 TiB, and a process has 128 TiB on the most
/// common machines.
const MEMORIES_MAX: u32 = 8192;

/// Tables of an instance: one or two for each program that it is linked from.
const TABLES_EACH: u32 = 16;

/// Elements that a table has or grows to. The largest are of languages that have an element for each function, as Go
/// and C# do.
const TABLE_ELEMENTS_MAX: usize = 1 << 17;

/// What the engine keeps of an instance beside all that. It grows with the program and is allocated for each instance
/// as without a pool: this bounds nothing that could be compiled.
const CONTEXT_BYTES_MAX: usize = 1 << 30;

/// Bytes that stay in each memory when its instance has ended. They are overwritten for the next one, which is faster
/// than to take pages away and to give new ones.
const MEMORY_BYTES_KEPT: usize = 256 * 1024;

/// Bytes that stay in each table when its instance has ended.
const TABLE_BYTES_KEPT: usize = 16 * 1024;

/// How large a pool is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Pool {
    instances: u32,
    memories: u32,
    tables: u32,
}

impl Pool {
    /// For this many instances at one time, at least one.
    fn new(instances: u32) -> Self {
        Self {
            instances,
            memories: instances.saturating_mul(MEMORIES_EACH).min(MEMORIES_MAX),
            tables: instances.saturating_mul(TABLES_EACH),
        }
    }

    /// The engine's words for it. What one instance may have is asked in [`Pool::check`].
    pub(crate) fn config(self) -> PoolingAllocationConfig {
        let mut config = PoolingAllocationConfig::new();
        config
            .total_component_instances(self.instances)
            .total_core_instances(u32::MAX)
            .max_component_instance_size(CONTEXT_BYTES_MAX)
            .max_core_instance_size(CONTEXT_BYTES_MAX)
            .total_stacks(self.instances)
            .total_memories(self.memories)
            .max_memories_per_module(self.memories)
            .linear_memory_keep_resident(MEMORY_BYTES_KEPT)
            .total_tables(self.tables)
            .max_tables_per_module(self.tables)
            .table_elements(TABLE_ELEMENTS_MAX)
            .table_keep_resident(TABLE_BYTES_KEPT)
            // Linux tells which pages have been touched: no others are reset.
            .pagemap_scan(Enabled::Auto);
        config
    }

    /// Whether so many instances of a component have room at one time.
    fn check(self, component: &Component) -> Result<()> {
        let Some(each) = component.resources_required() else {
            bail!("it instantiates what it imports");
        };
        let room = |all: u32| all / self.instances;
        for (what, needed, room) in [
            ("memories", each.num_memories, room(self.memories)),
            ("tables", each.num_tables, room(self.tables)),
        ] {
            if needed > room {
                bail!("an instance has {needed} {what}, and there is room for {room}");
            }
        }
        Ok(())
    }
}

/// Compiles a program for a pool of instances: the world is then one that has the pool. Where there can be none, the
/// program is compiled for the world as it is.
pub(crate) fn compile_pooled(
    source: &Source,
    world: World,
    instances: u32,
    talk: Talk,
) -> Result<(Compiled, World)> {
    let unpooled = match pooled(source, &world, instances) {
        Ok(pooled) => return Ok(pooled),
        Err(reason) => reason,
    };
    // If the program is to blame, this says so.
    let compiled = source.compile(&world)?;
    talk.line(format_args!(
        "warning: {unpooled:#}: instances are made without a pool, which is slower"
    ));
    Ok((compiled, world))
}

fn pooled(source: &Source, world: &World, instances: u32) -> Result<(Compiled, World)> {
    let pool = Pool::new(instances);
    let world = world.with_pool(pool)?;
    let compiled = source.compile(&world)?;
    pool.check(&compiled.component)
        .with_context(|| compiled.name.clone())?;
    Ok((compiled, world))
}

#[cfg(test)]
mod tests {
    use wasmtime::{Config, Engine, InstanceAllocationStrategy};

    use super::*;

    fn fits(pool: Pool, memories: usize, tables: usize) -> Result<(), String> {
        let engine = Engine::default();
        let module = format!(
            "(core module $m {} {})",
            "(memory 1)".repeat(memories),
            "(table 1 funcref)".repeat(tables)
        );
        let text = format!("(component {module} (core instance (instantiate $m)))");
        let binary = monaka_compose::component(text.as_bytes()).unwrap();
        let component = Component::from_binary(&engine, &binary).unwrap();
        pool.check(&component).map_err(|error| error.to_string())
    }

    #[test]
    fn an_instance_has_its_part() {
        let pool = Pool::new(3);
        let (memories, tables) = (MEMORIES_EACH as usize, TABLES_EACH as usize);
        assert_eq!(fits(pool, memories, tables), Ok(()));
        assert_eq!(
            fits(pool, memories + 1, tables),
            Err("an instance has 9 memories, and there is room for 8".into())
        );
        assert_eq!(
            fits(pool, memories, tables + 1),
            Err("an instance has 17 tables, and there is room for 16".into())
        );
    }

    /// The most that `--max-requests` takes: a composed program, of two memories, has a pool there, too.
    #[test]
    fn addresses_suffice_for_the_largest() {
        let pool = Pool::new(4096);
        assert_eq!(pool.memories, MEMORIES_MAX);
        assert_eq!(fits(pool, 2, 2), Ok(()));
        assert!(fits(pool, 3, 2).is_err());
        let mut config = Config::new();
        config.allocation_strategy(InstanceAllocationStrategy::Pooling(pool.config()));
        // A machine may have fewer addresses, but no pool is too large for the engine itself.
        if let Err(error) = Engine::new(&config) {
            assert!(format!("{error:?}").contains("pool mapping"), "{error:?}");
        }
    }
}
