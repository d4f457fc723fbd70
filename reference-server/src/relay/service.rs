//! Service API: named APIs, provided by one client for all others.
//!
//! Not served yet. Whoever tries is told so.

use super::Relay;
use super::call::Call;
use super::failure::not_served;

impl Relay {
    /// `CHECK_API_NAME`, `CREATE_API`, `USE_API` and `DESTROY_API`.
    pub(super) fn serve_api(&mut self, call: Call<'_>) {
        call.fail(&not_served("registry of APIs"));
    }
}
