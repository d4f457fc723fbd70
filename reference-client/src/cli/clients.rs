//! Who is there.

use serde_json::json;

use super::{args::Connect, connect::ONCE, exit::Outcome, output::Output};

/// Lists the connected clients, this one left out.
pub(crate) async fn list(connect: &Connect, output: &Output) -> Outcome {
    let client = connect.connect(ONCE).await?;
    let clients = client.list_clients().await?;
    for id in clients.iter().filter(|id| *id != client.id()) {
        output.print(&json!({ "type": "client", "id": id }), id.as_str())?;
    }
    client.close().await;
    Ok(())
}
