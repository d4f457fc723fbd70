//! What the registers of the protocol and of the server know.

use sio_p2p_protocol::{
    Clause, Deviation, Direction, EventSpec, FailureCode, FailureSpec, catalogue, clauses,
    deviations,
};
use sio_p2p_server::config::{Setting, settings};

use crate::report::failure::sentence;
use crate::report::layout::Page;

/// The dialects in words.
fn names(dialects: &[sio_p2p_protocol::Dialect]) -> String {
    let names: Vec<_> = dialects.iter().map(ToString::to_string).collect();
    names.join(" and ")
}

/// The events of this name, by either dialect and from either side; a key names one of them.
pub(super) fn events(id: &str) -> Vec<&'static EventSpec> {
    let all = catalogue().iter();
    all.filter(|event| event.key == id || event.name.to_string() == id)
        .collect()
}

/// An event of the catalogue.
pub(super) fn explain_event(event: &EventSpec) -> String {
    let mut page = Page::default();
    let sender = match event.direction {
        Direction::ClientToServer => "sent by clients",
        Direction::ServerToClient => "sent to clients",
    };
    let (name, dialects) = (&event.name, names(event.dialects));
    page.line(format_args!("{name} ({dialects}, {sender})\n"));
    page.wrap("  ", format_args!("  {}", event.doc));
    for form in event.forms {
        let args: Vec<_> = form.args.iter().map(|arg| arg.name).collect();
        page.line(format_args!("\n  Arguments: [{}]", args.join(", ")));
        if !form.doc.is_empty() {
            page.wrap("    ", format_args!("    {}", form.doc));
        }
        for arg in form.args {
            page.wrap("      ", format_args!("    {}: {}", arg.name, arg.doc));
        }
    }
    for example in event.examples {
        page.wrap("      ", format_args!("\n  Example: {}", example.data));
    }
    if !event.failures.is_empty() {
        page.line("\n  Fails with");
        for code in event.failures {
            let doc = code.spec().doc;
            page.wrap("      ", format_args!("    {}: {doc}", code.as_str()));
        }
    }
    page.line("\n  Clauses");
    for clause in event.clauses {
        let id = clause.as_str();
        page.wrap("      ", format_args!("    {id}: {}", sentence(id)));
    }
    page.text()
}

/// The failure of this code or number.
pub(super) fn failure(id: &str) -> Option<FailureSpec> {
    let mut all = FailureCode::ALL.iter().map(|code| code.spec());
    all.find(|spec| spec.name == id || spec.number == Some(id))
}

/// A failure.
pub(super) fn explain_failure(failure: &FailureSpec) -> String {
    let mut page = Page::default();
    let number = failure.number.map(|number| format!("{number}, "));
    let (number, name) = (number.unwrap_or_default(), failure.name);
    page.line(format_args!(
        "{name} ({number}{})\n",
        names(failure.dialects)
    ));
    page.wrap("  ", format_args!("  {}", failure.doc));
    page.line("\n  Texts");
    for text in failure.texts.iter().chain(&failure.bare) {
        // A text that is nothing but braces is no text: it is an empty object.
        let text = if *text == "{}" {
            (*text).to_owned()
        } else {
            text.replace("{}", "<X>")
        };
        page.wrap("      ", format_args!("    {text}"));
    }
    let places: Vec<_> = failure.places.iter().map(|place| place.as_str()).collect();
    page.line(format_args!("\n  Travels in: {}", places.join(", ")));
    page.text()
}

/// A deviation of the original.
pub(super) fn explain_deviation(deviation: &Deviation) -> String {
    let mut page = Page::default();
    let (id, dialects) = (deviation.id, names(deviation.dialects));
    page.line(format_args!("{id} (the original, {dialects})\n"));
    page.wrap("    ", format_args!("  Asked for: {}", deviation.asks));
    page.wrap("    ", format_args!("  Happens: {}", deviation.happens));
    page.wrap("    ", format_args!("  A port: {}", deviation.port));
    page.text()
}

/// The setting of this name.
pub(super) fn setting(id: &str) -> Option<&'static Setting> {
    settings().iter().find(|setting| setting.key == id)
}

/// A setting of the reference server.
pub(super) fn explain_setting(setting: &Setting) -> String {
    let mut page = Page::default();
    page.line(format_args!("{} (setting of p2p-server)\n", setting.key));
    page.wrap("  ", format_args!("  {}", setting.about));
    page.line(format_args!(
        "\n  Expected: {}\n  Default: {}",
        setting.expected(),
        setting.default
    ));
    page.text()
}

/// All names that can be explained here.
pub(super) fn all() -> Vec<String> {
    let clauses = clauses()
        .iter()
        .map(|clause: &Clause| clause.id.as_str().to_owned());
    let events = catalogue().iter().map(|event| event.name.to_string());
    let failures = FailureCode::ALL.iter().map(|code| code.spec());
    let numbers = failures
        .clone()
        .filter_map(|spec| spec.number)
        .map(str::to_owned);
    let failures = failures.map(|spec| spec.name.to_owned());
    let deviations = deviations().iter().map(|it| it.id.to_owned());
    let settings = settings().iter().map(|it| it.key.clone());
    let all = clauses.chain(events).chain(failures).chain(numbers);
    all.chain(deviations).chain(settings).collect()
}
