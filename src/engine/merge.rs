//! Duplicates: a request that repeats another waits for the answer to that one.
//!
//! Both residents get the answer, each in their own chat and language. After that, each goes its own
//! way again; until then the two can be split. Nothing is lost by merging: what is not answered comes
//! back to the list as it was.

use super::turn::Turn;
use super::{Need, deeds};
use crate::model::effect::Effect;
use crate::model::id::RequestId;
use crate::model::message::{Ask, Content, Letter, Message, Placement};
use crate::model::request::{Request, RequestStatus};
use crate::model::staff::Refusal;

/// Whether a request waits for somebody's answer without anybody having taken it.
fn waits(request: &Request) -> bool {
    matches!(request.status, RequestStatus::Waiting | RequestStatus::Unanswered)
}

/// From here on this request waits for the answer to the other.
pub(super) fn merge(turn: &mut Turn<'_>, request: Request, into: RequestId) -> Result<(), Need> {
    let main = turn.situation.request(into)?;
    let fits = main.is_some_and(|main| {
        main.id != request.id
            && main.merged_into.is_none()
            && (waits(main) || main.status == RequestStatus::Claimed)
    });
    // No chains: what others wait for does not itself wait.
    if !fits || !waits(&request) || !turn.situation.merged(request.id)?.is_empty() {
        turn.refusal = Some(Refusal::Unknown);
        return Ok(());
    }
    turn.save_request(Request { merged_into: Some(into), ..request });
    Ok(())
}

/// The answer to a request goes to everybody whose request repeats it.
pub(super) fn answer_all(turn: &mut Turn<'_>, main: &Request, name: &str, text: &str) -> Result<(), Need> {
    for other in turn.situation.merged(main.id)?.to_vec() {
        if !waits(&other) {
            // Somebody has taken or ended it meanwhile: it is on its own.
            turn.effect(Effect::SaveRequest(Box::new(Request { merged_into: None, ..other })));
            continue;
        }
        let (id, to, lang) = (other.id, other.resident.clone(), other.lang);
        let answered = Request { status: RequestStatus::Answered, merged_into: None, ..other };
        turn.effect(Effect::SaveRequest(Box::new(answered)));
        // Whoever asked twice is not answered twice.
        if to == main.resident {
            continue;
        }
        let message = Message {
            text: deeds::from_person(lang, name, text),
            lang,
            card: None,
            ask: Ask::Choice(deeds::did_it_help(lang, id)),
        };
        turn.send(Letter {
            to,
            content: Content::Message(message),
            due: None,
            placement: Placement::Below,
            request: Some(id),
            visit: None,
        });
    }
    Ok(())
}

/// The request ends without an answer: what repeats it comes back as it was.
pub(super) fn split_all(turn: &mut Turn<'_>, main: RequestId) -> Result<(), Need> {
    for other in turn.situation.merged(main)?.to_vec() {
        turn.effect(Effect::SaveRequest(Box::new(Request { merged_into: None, ..other })));
    }
    Ok(())
}
