//! Clauses that bind those that run the parts.

super::register! { General:
    "GEN-1" BOTH Must "README 2":
        "The server is up before its clients connect.";
}
