//! Visits: the rules of time, the race for a seat, the calendar file, and what waiting costs.

mod calendar;
mod holidays;
mod model;
mod race;
mod waiting;
