//! What the parameters of the functions of Preview 1 are.

/// A parameter, as far as it has to do with memory.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Parameter {
    /// A number, a length, a flag.
    Value,
    /// An address.
    Pointer,
    /// The address of `iovec`s; their count is the next parameter.
    Vectors,
    /// The address of an array that the function fills with addresses, one for
    /// each thing that the function of this name counts in its first result.
    Pointers(&'static str),
}

/// The parameters of a function; `None` if Preview 1 has no such function.
pub(super) fn parameters(function: &str) -> Option<&'static [Parameter]> {
    use Parameter::{Pointer as P, Pointers, Value as V, Vectors};
    Some(match function {
        "args_get" => &[Pointers("args_sizes_get"), P],
        "environ_get" => &[Pointers("environ_sizes_get"), P],
        "args_sizes_get" | "environ_sizes_get" => &[P, P],
        "clock_res_get" | "fd_fdstat_get" | "fd_filestat_get" | "fd_prestat_get" | "fd_tell" => {
            &[V, P]
        }
        "clock_time_get" | "sock_accept" => &[V, V, P],
        "fd_advise" | "fd_filestat_set_times" => &[V, V, V, V],
        "fd_allocate" | "fd_fdstat_set_rights" => &[V, V, V],
        "fd_close" | "fd_datasync" | "fd_sync" | "proc_exit" | "proc_raise" => &[V],
        "fd_fdstat_set_flags" | "fd_filestat_set_size" | "fd_renumber" | "sock_shutdown" => &[V, V],
        "fd_pread" | "fd_pwrite" => &[V, Vectors, V, V, P],
        "fd_read" | "fd_write" => &[V, Vectors, V, P],
        "fd_prestat_dir_name"
        | "path_create_directory"
        | "path_remove_directory"
        | "path_unlink_file" => &[V, P, V],
        "fd_readdir" => &[V, P, V, V, P],
        "fd_seek" => &[V, V, V, P],
        "path_filestat_get" => &[V, V, P, V, P],
        "path_filestat_set_times" => &[V, V, P, V, V, V, V],
        "path_link" => &[V, V, P, V, V, P, V],
        "path_open" => &[V, V, P, V, V, V, V, V, P],
        "path_readlink" => &[V, P, V, P, V, P],
        "path_rename" => &[V, P, V, V, P, V],
        "path_symlink" => &[P, V, V, P, V],
        "poll_oneoff" => &[P, P, V, P],
        "random_get" => &[P, V],
        "sched_yield" => &[],
        "sock_recv" => &[V, Vectors, V, V, P, P],
        "sock_send" => &[V, Vectors, V, V, P],
        _ => return None,
    })
}
