//! Things by name.

use std::{
    cell::{Cell, RefCell},
    collections::HashMap,
};

/// Nothing has that name.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("no such {what} \"{name}\"")]
pub struct NoSuch {
    what: &'static str,
    name: String,
}

/// The things of one kind that a driver has, by name: its streams, say. Some names are chosen by
/// the runner, others by the driver.
///
/// No borrow is held outside of the methods, so that they can be called from any task of the
/// thread.
///
/// ```
/// let streams = sio_p2p_driver::Named::new("stream");
/// streams.put("s", 1);
/// assert_eq!(streams.get("s"), Ok(1));
/// let chosen = streams.put_new(2);
/// assert_eq!(streams.take(&chosen), Ok(2));
/// let error = streams.take(&chosen).unwrap_err();
/// assert_eq!(error.to_string(), r#"no such stream "stream #1""#);
/// ```
#[derive(Debug)]
pub struct Named<T> {
    what: &'static str,
    things: RefCell<HashMap<String, T>>,
    /// How many fresh names there have been.
    fresh: Cell<u64>,
}

impl<T> Named<T> {
    /// An empty table of these: `stream`, for errors and fresh names.
    pub fn new(what: &'static str) -> Self {
        Self {
            what,
            things: RefCell::default(),
            fresh: Cell::new(0),
        }
    }

    /// Gives a thing a name. What had the name before is dropped.
    pub fn put(&self, name: impl Into<String>, thing: T) {
        // Dropped here and not in the table: it may come back to it.
        let _before = self.things.borrow_mut().insert(name.into(), thing);
    }

    /// Gives a thing a name that nothing had before, and tells it.
    pub fn put_new(&self, thing: T) -> String {
        let name = loop {
            self.fresh.set(self.fresh.get() + 1);
            let name = format!("{} #{}", self.what, self.fresh.get());
            if !self.has(&name) {
                break name;
            }
        };
        self.put(name.clone(), thing);
        name
    }

    /// Whether there is a thing of this name.
    pub fn has(&self, name: &str) -> bool {
        self.things.borrow().contains_key(name)
    }

    /// The thing of this name.
    pub fn get(&self, name: &str) -> Result<T, NoSuch>
    where
        T: Clone,
    {
        let thing = self.things.borrow().get(name).cloned();
        thing.ok_or_else(|| self.no_such(name))
    }

    /// Takes the thing of this name out of the table.
    pub fn take(&self, name: &str) -> Result<T, NoSuch> {
        let thing = self.things.borrow_mut().remove(name);
        thing.ok_or_else(|| self.no_such(name))
    }

    fn no_such(&self, name: &str) -> NoSuch {
        NoSuch {
            what: self.what,
            name: name.to_owned(),
        }
    }
}

#[cfg(test)]
mod tests {
    use std::rc::Rc;

    use super::*;

    #[test]
    fn a_fresh_name_is_nobody_elses() {
        let streams = Named::new("stream");
        streams.put("stream #1", 'a');
        assert_eq!(streams.put_new('b'), "stream #2");
        assert_eq!(streams.take("stream #2"), Ok('b'));
        assert_eq!(streams.put_new('c'), "stream #3");
        assert_eq!(streams.get("stream #1"), Ok('a'));
    }

    #[test]
    fn what_is_dropped_may_use_the_table() {
        struct Last(Rc<Named<Last>>);
        impl Drop for Last {
            fn drop(&mut self) {
                assert!(!self.0.has("before"));
            }
        }
        let table = Rc::new(Named::new("thing"));
        table.put("x", Last(Rc::clone(&table)));
        table.put("x", Last(Rc::clone(&table)));
        drop(table.take("x"));
        assert!(!table.has("x"));
    }
}
