//! The threads that serve clients.

use std::io;

use sio_p2p_server::config::RuntimeConfig;
use tokio::runtime::{Builder, Runtime};

/// A runtime with as many threads as the settings say. A single one needs no
/// scheduler that hands work from thread to thread.
pub(crate) fn runtime(config: &RuntimeConfig) -> io::Result<Runtime> {
    let mut builder = match config.threads {
        1 => Builder::new_current_thread(),
        _ => Builder::new_multi_thread(),
    };
    if config.threads > 1 {
        builder.worker_threads(config.threads);
    }
    builder.enable_all().build()
}

#[cfg(test)]
mod tests {
    use tokio::runtime::RuntimeFlavor;

    use super::*;

    #[test]
    fn there_are_as_many_threads_as_the_settings_say() {
        let cores = std::thread::available_parallelism().unwrap().get();
        for (threads, flavor, workers) in [
            (0, RuntimeFlavor::MultiThread, cores),
            (1, RuntimeFlavor::CurrentThread, 1),
            (3, RuntimeFlavor::MultiThread, 3),
        ] {
            let runtime = runtime(&RuntimeConfig { threads }).unwrap();
            assert_eq!(runtime.handle().runtime_flavor(), flavor);
            assert_eq!(runtime.metrics().num_workers(), workers);
        }
    }
}
