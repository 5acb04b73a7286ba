//! Requests and more than one person: merging, passing on, taking over, saved views.

use axum::Router;
use axum::http::StatusCode;
use digidel::app::Handled;
use digidel::model::chat::{Address, Chat, Hints, MessageRef, Platform, Role, Scope};
use digidel::model::desk::{Desk, DeskInput};
use digidel::model::event::{Incoming, Input};
use digidel::model::id::LetterId;
use digidel::model::lang::Lang;
use digidel::model::message::Content;
use digidel::model::request::{Request, RequestStatus};
use digidel::model::staff_account::AccountRole;
use digidel::model::time::later;
use digidel::settings::Http;
use digidel::store::worklist::{Filter, Order};

use crate::support::browser::{Answer, Browser, signed_in, site};
use crate::support::house::House;

fn resident(platform: Platform, name: &str) -> Address {
    Address::new(platform, name)
}

/// Somebody asks for a person.
async fn asks(house: &mut House, who: &Address, lang: &str, question: &str) {
    for line in ["/person", question, "[personyes]"] {
        house.does(who, Some(lang), line).await;
    }
    house.read();
}

async fn opened() -> (House, Router, Browser) {
    let house = House::open().await;
    let site = site(&house, &Http::default());
    let anna = signed_in(&house, &site, "anna", AccountRole::Staff, &[]).await;
    (house, site, anna)
}

async fn of(house: &House, who: &Address) -> Request {
    let filter = Filter { merged: true, ..Filter::default() };
    let all = house.store.requests(&filter, 100).await.expect("a store");
    all.into_iter().find(|r| r.resident == *who).expect("a request")
}

fn path(request: &Request) -> String {
    format!("/staff/requests/{}", request.id)
}

/// Fills in the page's form as it is now.
async fn does(browser: &mut Browser, path: &str, deed: &str, more: &[(&str, &str)]) -> Answer {
    let page = browser.get(path).await;
    let (csrf, seen) = (page.value("input[name=csrf]"), page.value("input[name=seen]"));
    let turn = page.value("input[name=turn]");
    let mut fields = vec![("csrf", csrf.as_str()), ("seen", &seen), ("turn", &turn), ("deed", deed)];
    fields.extend_from_slice(more);
    browser.post(path, &fields).await
}

fn heard(house: &House, read: &mut Vec<(Address, String)>, who: &Address) -> Vec<String> {
    read.extend(house.read().into_iter().map(|(to, m)| (to, m.text.plain())));
    read.iter().filter(|(to, _)| to == who).map(|(_, text)| text.clone()).collect()
}

#[tokio::test]
async fn who_asked_the_same_gets_the_same_answer_in_their_own_chat_and_language() {
    let (mut house, _, mut anna) = opened().await;
    let (rut, john) = (resident(Platform::Telegram, "1"), resident(Platform::Web, "2"));
    asks(&mut house, &rut, "sv", "skrivaren i biblioteket skriver inte ut").await;
    asks(&mut house, &john, "en", "the printer at the library does not print").await;
    let (main, copy) = (of(&house, &rut).await, of(&house, &john).await);

    let page = anna.get(&path(&copy)).await;
    assert!(page.body.contains("skrivaren i biblioteket"), "it is offered");
    let into = main.id.to_string();
    let answer = does(&mut anna, &path(&copy), "merge", &[("into", &into)]).await;
    assert!(answer.location().ends_with("done=merged"), "{}", answer.location());
    let list = anna.get("/staff").await.texts(".card");
    assert_eq!(list.len(), 1, "one of the two is listed: {list:?}");
    assert!(anna.get(&path(&main)).await.body.contains("the printer at the library"));

    does(&mut anna, &path(&main), "answer", &[("text", "Nu är papperet bytt.")]).await;
    house.deliver().await;
    let mut read = Vec::new();
    assert_eq!(heard(&house, &mut read, &rut), ["anna svarar:\n\nNu är papperet bytt."]);
    let john_heard = heard(&house, &mut read, &john);
    assert_eq!(john_heard.len(), 1);
    assert!(john_heard[0].ends_with("Nu är papperet bytt.") && !john_heard[0].contains("svarar"));
    let copy = of(&house, &john).await;
    assert_eq!((copy.status, copy.merged_into), (RequestStatus::Answered, None), "each its own way again");
    // What John says of it is his own.
    house.does(&john, None, &format!("[nohelp:{}]", copy.id)).await;
    assert_eq!(of(&house, &john).await.status, RequestStatus::Unanswered);
    assert_eq!(of(&house, &rut).await.status, RequestStatus::Answered);
}

#[tokio::test]
async fn merging_can_be_undone_and_loses_nothing() {
    let (mut house, _, mut anna) = opened().await;
    let (rut, ali) = (resident(Platform::Telegram, "1"), resident(Platform::Telegram, "2"));
    asks(&mut house, &rut, "sv", "hur skannar jag ett foto").await;
    asks(&mut house, &ali, "sv", "jag vill skanna ett foto").await;
    let (main, copy) = (of(&house, &rut).await, of(&house, &ali).await);
    let into = main.id.to_string();
    does(&mut anna, &path(&copy), "merge", &[("into", &into)]).await;
    // No chains and no circles.
    let round = copy.id.to_string();
    let answer = does(&mut anna, &path(&main), "merge", &[("into", &round)]).await;
    assert!(answer.location().ends_with("done=impossible"), "{}", answer.location());
    assert!(does(&mut anna, &path(&copy), "split", &[]).await.location().ends_with("done=split"));
    assert_eq!(anna.get("/staff").await.texts(".card").len(), 2);
    // Ended without an answer, the other one comes back as it was.
    does(&mut anna, &path(&copy), "merge", &[("into", &into)]).await;
    does(&mut anna, &path(&main), "resolve", &[]).await;
    let copy = of(&house, &ali).await;
    assert_eq!((copy.status, copy.merged_into), (RequestStatus::Waiting, None));
    let mut read = Vec::new();
    house.deliver().await;
    assert!(heard(&house, &mut read, &ali).is_empty(), "Ali has heard nothing of all that");
}

#[tokio::test]
async fn v8_2_2_nobody_merges_with_what_they_may_not_see() {
    let (mut house, site, mut anna) = opened().await;
    let (rut, ali) = (resident(Platform::Telegram, "1"), resident(Platform::Telegram, "2"));
    asks(&mut house, &rut, "sv", "hur skannar jag ett foto").await;
    asks(&mut house, &ali, "sv", "jag vill skanna ett foto").await;
    let (main, copy) = (of(&house, &rut).await, of(&house, &ali).await);
    does(&mut anna, &path(&main), "centre", &[("centre", "norrkoping")]).await;
    let mut omar = signed_in(&house, &site, "omar", AccountRole::Staff, &["motala"]).await;
    assert_eq!(omar.get(&path(&main)).await.status, StatusCode::NOT_FOUND);
    let into = main.id.to_string();
    let answer = does(&mut omar, &path(&copy), "merge", &[("into", &into)]).await;
    assert_eq!(answer.status, StatusCode::NOT_FOUND);
    // Whoever passes it on to a centre of others is led back to the list.
    let answer = does(&mut omar, &path(&copy), "centre", &[("centre", "norrkoping")]).await;
    assert_eq!(answer.location(), "/staff?done=saved");
    assert_eq!(omar.get(&path(&copy)).await.status, StatusCode::NOT_FOUND);
    assert_eq!(omar.get("/staff").await.texts(".card").len(), 0);
    assert_eq!(anna.get("/staff?centre=norrkoping&view=all").await.texts(".card").len(), 2);
}

#[tokio::test]
async fn a_takeover_voids_what_the_bot_would_say_and_never_what_a_person_wrote() {
    let (mut house, site, mut anna) = opened().await;
    let rut = resident(Platform::Telegram, "1");
    asks(&mut house, &rut, "sv", "min skrivare skriver ut konstiga tecken").await;
    let request = of(&house, &rut).await;
    // Nothing is delivered meanwhile: Anna's answer and the bot's next words wait in the outbox.
    does(&mut anna, &path(&request), "answer", &[("text", "Byt patron.")]).await;
    let again = house.incoming(&rut, None, Input::Tap(digidel::model::action::Action::NotHelped(request.id)));
    house.app.handle(again).await.expect("a turn");
    let mut omar = signed_in(&house, &site, "omar", AccountRole::Staff, &[]).await;
    assert!(does(&mut omar, &path(&request), "take", &[]).await.location().ends_with("done=took"));
    house.deliver().await;
    let mut read = Vec::new();
    let texts = heard(&house, &mut read, &rut);
    assert_eq!(texts.len(), 2, "{texts:?}");
    assert!(texts[0].contains("Byt patron."), "the colleague's answer arrives");
    assert!(texts[1].contains("omar"), "and then the word that Omar is there");
}

/// Volunteers have a desk.
async fn set_up_desk(house: &mut House) {
    let community = Address::new(Platform::Discord, "g:1");
    let desk = Desk {
        community: community.clone(),
        place: Address::new(Platform::Discord, "d:1:2"),
        group: "vol".to_owned(),
        lang: Lang::Sv,
    };
    let who = Address::new(Platform::Discord, "u:1");
    let incoming = Incoming {
        key: "desk".to_owned(),
        chat: Chat { address: community, scope: Scope::Desk },
        role: Role::Volunteer { who, groups: vec!["vol".to_owned()] },
        input: Input::Desk(Box::new(DeskInput::SetUp {
            desk,
            missing: Vec::new(),
            allowed: true,
            reads: true,
        })),
        hints: Hints::default(),
        reply: None,
        message: None,
    };
    assert_eq!(house.app.handle(incoming).await.expect("a turn"), Handled::Done);
    house.deliver().await;
}

#[tokio::test]
async fn staff_hand_a_conversation_to_the_volunteers_and_nothing_else() {
    let (mut house, _, mut anna) = opened().await;
    let (rut, ali) = (resident(Platform::Telegram, "1"), resident(Platform::Telegram, "2"));
    asks(&mut house, &rut, "sv", "hur skannar jag ett foto").await;
    house.does(&ali, Some("sv"), "kan du klippa mitt gräs?").await;
    let talk = of(&house, &rut).await;
    assert!(!anna.get(&path(&talk)).await.body.contains("value=\"volunteers\""), "nobody is there");
    let answer = does(&mut anna, &path(&talk), "volunteers", &[]).await;
    assert!(answer.location().ends_with("done=impossible"), "{}", answer.location());

    does(&mut anna, &path(&talk), "take", &[]).await;
    set_up_desk(&mut house).await;
    assert!(anna.get(&path(&talk)).await.body.contains("value=\"volunteers\""));
    let answer = does(&mut anna, &path(&talk), "volunteers", &[]).await;
    assert!(answer.location().ends_with("done=volunteers"), "{}", answer.location());
    let talk = of(&house, &rut).await;
    assert_eq!((talk.status, talk.assignee, talk.for_staff), (RequestStatus::Waiting, None, false));
    let opening = Address::new(Platform::Discord, format!("d:1:2:{}", talk.id));
    let mut posts = 0;
    for letter in (1..100).map(LetterId::from_number) {
        let letter = house.store.letter_to(&opening, letter).await.expect("a store");
        posts += usize::from(matches!(letter, Some(Content::Desk(_))));
    }
    assert_eq!(posts, 1, "a post is opened at the desk");

    // A question that nobody was to see but the bot and staff stays with them.
    let question = of(&house, &ali).await;
    let answer = does(&mut anna, &path(&question), "volunteers", &[]).await;
    assert!(answer.location().ends_with("done=impossible"), "{}", answer.location());
}

#[tokio::test]
async fn what_the_desk_leaves_or_loses_is_seen_in_the_list_until_somebody_has_it() {
    let (mut house, _, mut anna) = opened().await;
    let rut = resident(Platform::Telegram, "1");
    set_up_desk(&mut house).await;
    asks(&mut house, &rut, "sv", "hur skannar jag ett foto").await;
    let talk = of(&house, &rut).await;
    assert!(!anna.get("/staff").await.body.contains("Lämnat till personalen"));
    house.does(&rut, None, &format!("[personstaff:{}]", talk.id)).await;
    assert!(anna.get("/staff").await.body.contains("Lämnat till personalen"));
    does(&mut anna, &path(&of(&house, &rut).await), "take", &[]).await;
    assert!(!anna.get("/staff").await.body.contains("Lämnat till personalen"));

    let lost = Incoming {
        key: "lost".to_owned(),
        chat: Chat { address: Address::new(Platform::Discord, "g:1"), scope: Scope::Desk },
        role: Role::Clock,
        input: Input::Desk(Box::new(DeskInput::Lost(digidel::model::desk::Loss::Community))),
        hints: Hints::default(),
        reply: None,
        message: None,
    };
    house.app.handle(lost).await.expect("a turn");
    assert!(anna.get("/staff").await.body.contains("disk i Discord är borta"));
    house.store.open_notices().await.expect("a store").iter().for_each(|n| assert_eq!(n.1, "desk_lost"));
}

#[tokio::test]
async fn a_filter_gets_a_name_of_its_own_for_each_account() {
    let (mut house, site, mut anna) = opened().await;
    asks(&mut house, &resident(Platform::Telegram, "1"), "sv", "hur skannar jag ett foto").await;
    asks(&mut house, &resident(Platform::Web, "2"), "sv", "jag vill skanna ett foto").await;
    let page = anna.get("/staff?view=all&platform=web").await;
    let (csrf, query) = (page.value("input[name=csrf]"), page.value("input[name=query]"));
    let form = [("csrf", csrf.as_str()), ("query", &query), ("name", "Från webben"), ("deed", "keep")];
    let answer = anna.post("/staff/views", &form).await;
    assert!(answer.location().contains("platform=web") && answer.location().ends_with("done=saved"));
    let page = anna.get(answer.location()).await;
    assert_eq!(page.texts(".views [aria-current]"), ["Från webben"]);
    assert_eq!(page.texts(".card").len(), 1);
    let mut omar = signed_in(&house, &site, "omar", AccountRole::Staff, &[]).await;
    assert!(!omar.get("/staff").await.body.contains("Från webben"));
    // Another's view cannot be removed, and an address is only ever a list of ours.
    let theirs = omar.csrf().await;
    omar.post("/staff/views", &[("csrf", &theirs), ("deed", "drop"), ("view", "1")]).await;
    let hostile =
        [("csrf", csrf.as_str()), ("query", "view=all\r\nx://evil\"<"), ("name", "b"), ("deed", "keep")];
    assert!(anna.post("/staff/views", &hostile).await.location().starts_with("/staff?view=allxevil&"));
    assert!(anna.get("/staff").await.body.contains("Från webben"));
    anna.post("/staff/views", &[("csrf", &csrf), ("deed", "drop"), ("view", "1")]).await;
    assert!(!anna.get("/staff").await.body.contains("Från webben"));
}

#[tokio::test]
async fn whoever_waits_longest_comes_first_and_of_all_the_last_that_changed() {
    let (mut house, _, mut anna) = opened().await;
    for (n, question) in ["skanna ett foto", "skriva ut en biljett", "byta lösenord"].into_iter().enumerate()
    {
        asks(&mut house, &resident(Platform::Telegram, &n.to_string()), "sv", question).await;
        house.set_clock(later(house.now(), 60));
    }
    let order = ["skanna ett foto", "skriva ut en biljett", "byta lösenord"];
    assert_eq!(anna.get("/staff").await.texts(".question"), order);
    let mut newest = order;
    newest.reverse();
    assert_eq!(anna.get("/staff?view=all").await.texts(".question"), newest);
    // Page after page, each where the one before ended.
    let statuses = vec![RequestStatus::Waiting, RequestStatus::Claimed];
    let mut filter = Filter { statuses, order: Order::LongestWaitFirst, ..Filter::default() };
    for question in order {
        let page = house.store.requests(&filter, 1).await.expect("a store");
        assert_eq!(page[0].question, question);
        filter.after = Some((page[0].changed_at.as_millisecond(), page[0].id.number()));
    }
    assert!(house.store.requests(&filter, 1).await.expect("a store").is_empty());
}

#[tokio::test]
async fn the_list_is_narrowed_by_centre_and_by_date() {
    let (mut house, _, mut anna) = opened().await;
    let (rut, ali) = (resident(Platform::Telegram, "1"), resident(Platform::Telegram, "2"));
    asks(&mut house, &rut, "sv", "hur skannar jag ett foto").await;
    house.set_clock(later(house.now(), 2 * 86_400));
    let mut again = anna.clone();
    assert_eq!(again.get("/staff").await.status, StatusCode::SEE_OTHER, "the session ended meanwhile");
    let login = [("login", "anna"), ("password", crate::support::browser::PASSWORD)];
    anna.post("/staff/login", &login).await;
    asks(&mut house, &ali, "sv", "jag vill skanna ett foto").await;
    let request = of(&house, &ali).await;
    does(&mut anna, &path(&request), "centre", &[("centre", "motala")]).await;
    for (query, count) in [
        ("centre=motala", 1),
        ("centre=norrkoping", 0),
        ("from=2027-03-02", 1),
        ("until=2027-03-01", 1),
        ("from=2027-03-01&until=2027-03-03", 2),
        ("from=2027-03-04", 0),
    ] {
        let list = anna.get(&format!("/staff?view=all&{query}")).await;
        assert_eq!(list.texts(".card").len(), count, "{query}");
    }
}

#[tokio::test]
async fn what_a_volunteer_corrects_stands_corrected_where_it_stood() {
    let (mut house, site, mut anna) = opened().await;
    set_up_desk(&mut house).await;
    let mut visitor = Browser::new(&site);
    for (name, value) in [("tap", "person"), ("text", "hur skannar jag ett foto"), ("tap", "personyes")] {
        visitor.post("/chat", &[(name, value)]).await;
    }
    house.deliver().await;
    let all = house.store.requests(&Filter::default(), 9).await.expect("a store");
    let (id, thread) = (all[0].id, Address::new(Platform::Discord, "d:1:2:77"));
    let who = Address::new(Platform::Discord, "u:1");
    let role = Role::Volunteer { who, groups: vec!["vol".to_owned()] };
    let opened = DeskInput::Opened {
        request: id,
        head: MessageRef("77".to_owned()),
        community: Address::new(Platform::Discord, "g:1"),
        stood: false,
    };
    let take = digidel::model::action::Action::Desk(digidel::model::desk::DeskButton::Take, id);
    let steps = [
        (Input::Desk(Box::new(opened)), None),
        (Input::Tap(take), None),
        (Input::Text("Lägg bilden i maskinen".to_owned()), Some("m1")),
        (Input::Text("Tryck på knappen".to_owned()), Some("m2")),
        (Input::Edited("Lägg bilden med framsidan ned".to_owned()), Some("m1")),
    ];
    for (n, (input, message)) in steps.into_iter().enumerate() {
        let incoming = Incoming {
            key: format!("volunteer:{n}"),
            chat: Chat { address: thread.clone(), scope: Scope::Desk },
            role: role.clone(),
            input,
            hints: Hints::default(),
            reply: None,
            message: message.map(|m| MessageRef(m.to_owned())),
        };
        house.app.handle(incoming).await.expect("a turn");
        house.deliver().await;
    }
    let says = visitor.get("/").await.texts("li.ours .says");
    let at = |words: &str| says.iter().position(|s| s.contains(words));
    assert_eq!(at("Lägg bilden i maskinen"), None, "{says:?}");
    assert!(at("framsidan ned") < at("Tryck på knappen") && at("framsidan ned").is_some(), "{says:?}");
    assert_eq!(says.iter().filter(|s| s.contains("framsidan ned")).count(), 1);
    // Staff read the same.
    let page = anna.get(&format!("/staff/requests/{id}")).await;
    assert!(page.body.contains("framsidan ned") && !page.body.contains("i maskinen"));
}
