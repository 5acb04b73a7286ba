//! The staff's console: reads the store, sends events. (Its parts follow.)
