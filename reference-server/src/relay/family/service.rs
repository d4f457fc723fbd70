//! Service API: named APIs, provided by one client for all others.
//!
//! In the first dialect a service is a client and a call of it is a message, so
//! all of this is of the second; for topics see `topic`.

use sio_p2p_protocol::{
    ApiName, Args, Arguments, CheckApiNameAck, DestroyApi, EmptyAck, Failure, UseApi, forward,
};

use crate::relay::acks::{Pending, Question};
use crate::relay::apis::NotCreated;
use crate::relay::authorize::Action;
use crate::relay::failure::taken;
use crate::relay::host_event::{Callee, HostCall, HostEvent};
use crate::relay::limit::Limit;
use crate::relay::output::Data;
use crate::relay::respond::RequestContext;
use crate::relay::{ConnectionId, Relay};

impl Relay {
    /// `CHECK_API_NAME`: whether anybody provides an API (SRV-SVC-10).
    ///
    /// Clients ask before they create and before they use one. Nothing is
    /// reserved by asking: whoever creates it first has it.
    pub(in crate::relay) fn check_api_name(&self, context: RequestContext<'_>, api: &ApiName) {
        if let Err(failure) = self.permit(context.from, &Action::CheckApi { api }) {
            return context.fail(&failure);
        }
        let exists = self.apis.provider(api).is_some();
        context.answer(CheckApiNameAck(exists).encode());
    }

    /// `CREATE_API`: the sender provides an API from now on (SRV-SVC-11).
    ///
    /// The original lets anybody take over the API of somebody else (DEV-22).
    /// Here a name stays with its provider, and the newcomer is told
    /// (SRV-SVC-15). Only a newer connection of the same client id takes over,
    /// in silence: it is the same client, come back before its old connection has
    /// ended. Clients of the original never ask for an ack here; one that
    /// does learns that its API is in place.
    pub(in crate::relay) fn create_api(&mut self, context: RequestContext<'_>, api: &ApiName) {
        match self.enter_api(&context, api) {
            Ok(()) => context.answer(EmptyAck.encode()),
            Err(failure) => context.fail(&failure),
        }
    }

    fn enter_api(&mut self, context: &RequestContext<'_>, api: &ApiName) -> Result<(), Failure> {
        // The provider would receive its calls as events of that name (SRV-ROB-3).
        let event = api.event();
        if event.is_reserved() {
            return Err(Failure::reserved_event_name(&event));
        }
        self.policy.check(Limit::ApiNameBytes, api.as_str().len())?;
        self.permit(context.from, &Action::ProvideApi { api })?;
        let limit = self.policy.apis;
        let registry = &self.registry;
        let supersedes = |owner| registry.supersedes(context.from, owner);
        let created = self.apis.create(context.from, api, limit, supersedes);
        created.map_err(|reason| match reason {
            NotCreated::Taken => taken(api, self.apis.provider(api)),
            NotCreated::TooMany => self.policy.exceeded(Limit::Apis),
        })
    }

    /// `USE_API`: the provider receives an event named like the API, and is asked
    /// for an ack exactly if the caller asks for one (SRV-SVC-12).
    ///
    /// A call of an API that does not exist, or whose provider leaves before it
    /// answers, is told by `SERVER_ERROR` and the ack is not given (SRV-SVC-16):
    /// clients would take it for the provider's answer.
    pub(in crate::relay) fn use_api(&mut self, mut context: RequestContext<'_>, event: UseApi) {
        let UseApi { api, args, .. } = event;
        let action = Action::UseApi {
            api: &api,
            ack: context.ack.is_some(),
        };
        let name = api.event();
        let allowed = self
            .check_message(&name, &args, &context.attachments)
            .and_then(|()| self.permit(context.from, &action));
        if let Err(failure) = allowed {
            return context.fail(&failure);
        }
        let Some(provider) = self.apis.provider(&api) else {
            return context.fail(&Failure::unknown_api(&api));
        };
        if provider == ConnectionId::HOST {
            return self.use_host_api(context, api, args);
        }
        let data = Data {
            json: forward(&name, &args),
            attachments: std::mem::take(&mut context.attachments),
        };
        let ack = context.ack.map(|source_id| {
            let pending = Pending {
                source: context.from,
                source_id,
                target: provider,
                question: Question::Api(api),
            };
            self.ask(context.outbox, pending)
        });
        context.outbox.event(provider, data, ack);
    }

    /// A call of an API of the host, which the caller cannot tell from a client's
    /// (SRV-SVC-2).
    fn use_host_api(&mut self, mut context: RequestContext<'_>, api: ApiName, args: Arguments) {
        let args = Args::new(args, std::mem::take(&mut context.attachments));
        let wait = self.policy.ack_timeout;
        let ack = context
            .ack
            .map(|id| self.ask_host(&mut context, id, Question::Api(api.clone()), wait));
        context.outbox.host(HostEvent::Called(HostCall {
            callee: Callee::Api(api),
            caller: self.caller(&context),
            args,
            ack,
        }));
    }

    /// `DESTROY_API`: the sender provides one API no longer, or none at all.
    ///
    /// The API of somebody else is left alone without a word, as the original
    /// does (SRV-SVC-13); one that does not exist is an error (SRV-SVC-16). By its
    /// name, a newer connection of a client id can also end what an older one
    /// provides; "all" is what this connection provides. Calls under way are not
    /// touched: the provider can still answer them.
    pub(in crate::relay) fn destroy_api(
        &mut self,
        context: RequestContext<'_>,
        event: &DestroyApi,
    ) {
        match event {
            DestroyApi::All => self.apis.remove(context.from),
            DestroyApi::One(api) => match self.apis.provider(api) {
                None => return context.fail(&Failure::unknown_api(api)),
                Some(owner) if self.registry.supersedes(context.from, owner) => {
                    self.apis.destroy(owner, api);
                }
                Some(_) => self.apis.destroy(context.from, api),
            },
        }
        context.answer(EmptyAck.encode());
    }
}
