//! The clause that a step may name beside its verb.

use std::fmt;
use std::marker::PhantomData;

use schemars::{Schema, json_schema};
use serde::de::value::MapAccessDeserializer;
use serde::de::{
    Deserialize, DeserializeSeed, Deserializer, IgnoredAny, IntoDeserializer as _, MapAccess,
    Visitor,
};
use serde_json::Value;

/// The key.
pub(super) const CLAUSE: &str = "clause";

/// A verb that stands beside a clause.
pub(super) struct Beside<T>(pub(super) T);

impl<'de, T: Deserialize<'de>> Deserialize<'de> for Beside<T> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_map(VerbOf(PhantomData))
    }
}

struct VerbOf<T>(PhantomData<T>);

impl<'de, T: Deserialize<'de>> Visitor<'de> for VerbOf<T> {
    type Value = Beside<T>;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a step")
    }

    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Self::Value, A::Error> {
        let verb = T::deserialize(MapAccessDeserializer::new(Others(&mut map)))?;
        // The clause may stand behind the verb.
        while map.next_entry::<IgnoredAny, IgnoredAny>()?.is_some() {}
        Ok(Beside(verb))
    }
}

/// The members of an object but for the clause.
struct Others<'m, A>(&'m mut A);

impl<'de, A: MapAccess<'de>> MapAccess<'de> for Others<'_, A> {
    type Error = A::Error;

    fn next_key_seed<K: DeserializeSeed<'de>>(
        &mut self,
        seed: K,
    ) -> Result<Option<K::Value>, A::Error> {
        while let Some(key) = self.0.next_key::<String>()? {
            if key != CLAUSE {
                return seed.deserialize(key.into_deserializer()).map(Some);
            }
            self.0.next_value::<IgnoredAny>()?;
        }
        Ok(None)
    }

    fn next_value_seed<V: DeserializeSeed<'de>>(&mut self, seed: V) -> Result<V::Value, A::Error> {
        self.0.next_value_seed(seed)
    }
}

/// Adds the clause to the schema of each verb.
pub(super) fn with_clause(schema: &mut Schema) {
    let Some(Value::Array(verbs)) = schema.get_mut("oneOf") else {
        return;
    };
    let clause = json_schema!({
        "description": "The clause that this step checks, if it is not the plain one of its verb.",
        "type": "string",
    });
    for verb in verbs {
        if let Some(Value::Object(properties)) = verb.get_mut("properties") {
            properties.insert(CLAUSE.to_owned(), clause.clone().to_value());
        }
    }
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use crate::scenario::Library;
    use crate::scenario::lint::lint;
    use crate::scenario::step::walk;
    use crate::testing::scenario_of;

    #[test]
    fn a_step_names_a_clause_of_its_scenario_and_groups_name_it_for_their_steps() {
        let scenario = scenario_of(
            r#"{ "a": {} }"#,
            r#"[
                { "clause": "SRV-CORE-F5", "connect": ["a"] },
                { "within": { "ms": 5, "steps": [{ "silent": { "at": ["a"] } }] }, "clause": "SRV-ROB-1" }
            ]"#,
        );
        let mut named = Vec::new();
        walk(&scenario.steps, &mut |step| {
            named.extend(
                step.clause
                    .as_ref()
                    .map(|(clause, at)| (clause.clone(), at.line)),
            );
        });
        let named: Vec<_> = named
            .iter()
            .map(|(clause, line)| (clause.as_str(), *line))
            .collect();
        assert_eq!(
            named,
            [("SRV-CORE-F5", 3), ("SRV-ROB-1", 4), ("SRV-ROB-1", 4)]
        );
        let written = serde_json::to_string(&scenario.steps[0]).unwrap();
        assert_eq!(written, r#"{"connect":["a"],"clause":"SRV-CORE-F5"}"#);
        let library = Library {
            scenarios: vec![Arc::new(scenario)],
            problems: Vec::new(),
        };
        let problems: Vec<_> = lint(&library).into_iter().map(|it| it.message).collect();
        let wrong = "\"SRV-ROB-1\" is none of the clauses of this scenario";
        assert!(problems.iter().any(|it| it == wrong), "{problems:?}");
    }
}
