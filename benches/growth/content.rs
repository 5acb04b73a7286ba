//! A network ten times as large, with a library of articles to match: 300 centres, 1,000 articles in nine
//! languages.

use std::path::Path;
use std::time::{Duration, Instant};

use digidel::facts::Facts;
use digidel::facts::source::Source;

use crate::bot::Recipe;
use crate::residents::load;
use crate::telegram::Server;

const CENTRES: usize = 300;
const ARTICLES: usize = 1_000;

/// Writes the built-in configuration into a folder, its centres and articles many times over.
fn write(folder: &Path) -> (usize, usize) {
    let repository = Path::new(env!("CARGO_MANIFEST_DIR"));
    let centres =
        std::fs::read_to_string(repository.join("tests/chats/config/centres.toml")).expect("centres");
    let each: Vec<&str> = centres.split("[[centre]]").skip(1).collect();
    let mut all = String::new();
    for n in 0..CENTRES {
        let centre = each[n % each.len()];
        all += "[[centre]]";
        all += &centre.replacen("id = \"", &format!("id = \"c{n}-"), 1);
    }
    std::fs::write(folder.join("centres.toml"), all).expect("written");
    std::fs::create_dir(folder.join("knowledge")).expect("a folder");
    let from = repository.join("config/knowledge");
    let mut files: Vec<(String, String)> = std::fs::read_dir(&from)
        .expect("the articles")
        .map(|file| file.expect("an entry").path())
        .filter(|path| path.extension().is_some_and(|kind| kind == "md"))
        .map(|path| {
            let name = path.file_name().expect("a name").to_str().expect("text").to_owned();
            (name, std::fs::read_to_string(&path).expect("an article"))
        })
        .collect();
    files.sort();
    let mut articles = files.iter().filter(|(name, _)| name.ends_with(".sv.md")).count();
    let own = articles;
    for copy in 0.. {
        if articles >= ARTICLES {
            break;
        }
        for (name, text) in &files {
            let (id, rest) = name.split_once('.').expect("an id and a language");
            std::fs::write(folder.join("knowledge").join(format!("{id}-x{copy}.{rest}")), text)
                .expect("written");
        }
        articles += own;
    }
    (CENTRES, articles)
}

pub async fn run() {
    let folder = tempfile::tempdir().expect("a folder");
    let (centres, articles) = write(folder.path());
    println!("| content | read in | a search, p50, p99 | program polls after | MiB | load |");
    println!("| --- | ---: | ---: | ---: | ---: | ---: |");
    let built_in = Source::built_in().lexical_only();
    measure("built in", built_in, Recipe::digidel(false)).await;
    let large = Source::folder(folder.path()).lexical_only();
    let name = format!("{centres} centres, {articles} articles");
    measure(&name, large, Recipe::digidel(false).with_config(folder.path())).await;
}

async fn measure(name: &str, source: Source, recipe: Recipe) {
    let begun = Instant::now();
    let facts = Facts::load(&source).0;
    let read = begun.elapsed();
    let lines = std::fs::read_to_string("tests/eval/test.jsonl").expect("the questions");
    let mut times: Vec<Duration> = lines
        .lines()
        .map(|line| serde_json::from_str::<serde_json::Value>(line).expect("JSON"))
        .map(|question| {
            let text = question["q"].as_str().expect("a question");
            let begun = Instant::now();
            std::hint::black_box(facts.knowledge.search.find(text));
            begun.elapsed()
        })
        .collect();
    times.sort_unstable();
    let mut starts = Vec::new();
    let mut memory = 0;
    for _ in 0..5 {
        let server = Server::start().await;
        let bot = recipe.start(&server).await;
        starts.push(bot.started_in);
        memory = bot.memory().1;
    }
    starts.sort_unstable();
    println!(
        "| {name} | {read:.0?} | {:.0?}, {:.0?} | {:.0?} | {memory} | {} |",
        times[times.len() / 2],
        times[times.len() * 99 / 100],
        starts[2],
        load()
    );
}
