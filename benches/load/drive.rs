//! The residents: they ask at a rate, or each again as soon as they are answered, and time every answer.

use std::collections::HashMap;
use std::time::{Duration, Instant};

use crate::telegram::{Heard, Server, User};
use tokio::sync::mpsc::UnboundedReceiver;

/// How long answers are waited for after the last question.
const PATIENCE: Duration = Duration::from_secs(3);
/// How people end a sentence: so that hardly any text comes twice and nothing is answered from memory.
const ENDINGS: [&str; 23] = [
    "",
    " tack",
    " snälla",
    " hjälp",
    " undrar jag",
    " i dag",
    " nu",
    " hemma",
    " på biblioteket",
    " igen",
    " bara",
    " alltså",
    " förstås",
    " kanske",
    " egentligen",
    " i telefonen",
    " på datorn",
    " på surfplattan",
    " åt min mamma",
    " åt min far",
    " åt en vän",
    " till att börja med",
    " om det går",
];

/// The residents of a server, and what they ask.
pub struct Crowd {
    people: Vec<User>,
    questions: Vec<String>,
    asked: usize,
    heard: UnboundedReceiver<Heard>,
}

/// What was seen.
#[derive(Clone, Debug, Default)]
pub struct Figures {
    /// Questions that were asked.
    pub asked: usize,
    /// Questions that were answered.
    pub answered: usize,
    /// Messages that the bot sent in all.
    pub messages: usize,
    /// From the first question to the last answer.
    pub took: Duration,
    /// How long each answer took, the shortest first.
    times: Vec<Duration>,
}

impl Figures {
    /// The time that so many of a thousand answers stayed under.
    pub fn at(&self, thousandths: usize) -> Duration {
        let last = self.times.len().saturating_sub(1);
        self.times.get((self.times.len() * thousandths / 1000).min(last)).copied().unwrap_or_default()
    }

    pub fn per_second(&self) -> f64 {
        f64::from(u32::try_from(self.answered).unwrap_or(u32::MAX)) / self.took.as_secs_f64()
    }

    fn note(&mut self, time: Duration) {
        self.answered += 1;
        self.times.push(time);
    }

    fn done(mut self, took: Duration) -> Self {
        self.took = took;
        self.times.sort_unstable();
        self
    }
}

impl Crowd {
    /// So many people, each of whom has been greeted by the bot.
    pub async fn greeted(server: &Server, count: i64) -> Self {
        let people = (1_000..1_000 + count).map(|id| server.user(id)).collect();
        let lines = std::fs::read_to_string("tests/eval/test.jsonl").expect("the questions");
        let question = |line: &str| {
            let whole: serde_json::Value = serde_json::from_str(line).expect("JSON");
            whole["q"].as_str().expect("a question").to_owned()
        };
        let questions = lines.lines().map(question).collect();
        let mut crowd = Self { people, questions, asked: 0, heard: server.listen() };
        crowd.greet().await;
        crowd
    }

    async fn greet(&mut self) {
        // A few at a time, so that the slowest bot keeps up.
        for some in self.people.chunks(50) {
            for person in some {
                person.say("hej");
            }
            let mut left = some.len();
            let deadline = tokio::time::Instant::now() + Duration::from_secs(30);
            while left > 0 {
                let heard = tokio::time::timeout_at(deadline, self.heard.recv()).await;
                left -= usize::from(heard.expect("an answer to everybody").is_some());
            }
        }
        self.quiet().await;
    }

    /// Waits until the bot has said nothing for a moment.
    async fn quiet(&mut self) {
        while tokio::time::timeout(Duration::from_millis(300), self.heard.recv()).await.is_ok() {}
    }

    fn next_question(&mut self) -> String {
        let round = self.asked / self.questions.len();
        let question = &self.questions[self.asked % self.questions.len()];
        let ending = ENDINGS[(self.asked + round) % ENDINGS.len()];
        self.asked += 1;
        format!("{question}{ending}")
    }

    /// So many people ask, each again as soon as they have been answered.
    pub async fn without_pause(&mut self, people: usize, time: Duration) -> Figures {
        let mut figures = Figures::default();
        let mut waiting: HashMap<i64, Instant> = HashMap::new();
        let mut by_chat: HashMap<i64, User> = HashMap::new();
        let begun = Instant::now();
        let asking: Vec<User> = self.people.iter().take(people).cloned().collect();
        for person in asking {
            let question = self.next_question();
            waiting.insert(person.id(), person.say(&question).at);
            by_chat.insert(person.id(), person);
            figures.asked += 1;
        }
        let mut last = begun;
        while !waiting.is_empty() {
            let Ok(Some(heard)) = tokio::time::timeout(PATIENCE, self.heard.recv()).await else { break };
            figures.messages += 1;
            let Some(asked) = waiting.remove(&heard.chat) else { continue };
            figures.note(heard.at.duration_since(asked));
            last = heard.at;
            if begun.elapsed() < time {
                let question = self.next_question();
                waiting.insert(heard.chat, by_chat[&heard.chat].say(&question).at);
                figures.asked += 1;
            }
        }
        self.quiet().await;
        figures.done(last.duration_since(begun))
    }

    /// So many questions a second, whether the bot keeps up or not. Who still waits does not ask again.
    pub async fn at_rate(&mut self, per_second: u32, time: Duration) -> Figures {
        let mut figures = Figures::default();
        let mut waiting: HashMap<i64, Instant> = HashMap::new();
        let mut tick = tokio::time::interval(Duration::from_secs(1) / per_second);
        let mut next = 0;
        let begun = Instant::now();
        let mut last = begun;
        loop {
            let asking = begun.elapsed() < time;
            tokio::select! {
                _ = tick.tick(), if asking => {
                    let free = (0..self.people.len()).map(|n| (next + n) % self.people.len());
                    let free = free.into_iter().find(|n| !waiting.contains_key(&self.people[*n].id()));
                    let Some(free) = free else { continue };
                    next = free + 1;
                    let question = self.next_question();
                    let person = &self.people[free];
                    waiting.insert(person.id(), person.say(&question).at);
                    figures.asked += 1;
                }
                heard = tokio::time::timeout(PATIENCE, self.heard.recv()) => {
                    let Ok(Some(heard)) = heard else { break };
                    figures.messages += 1;
                    if let Some(asked) = waiting.remove(&heard.chat) {
                        figures.note(heard.at.duration_since(asked));
                        last = heard.at;
                    }
                }
            }
            if !asking && waiting.is_empty() {
                break;
            }
        }
        self.quiet().await;
        figures.done(last.duration_since(begun))
    }
}
