//! The real window, driven by WebDriver on a private desktop: a module for each part of what people do with it.

mod access_key;
mod account;
mod activity;
mod bad_input;
mod connect;
mod crash;
mod device;
mod disconnect;
mod discovery;
mod doctor;
mod export;
mod fault;
mod files;
mod health;
mod import;
mod keep;
mod ladder;
mod language;
mod list;
mod notifications;
mod onboarding;
mod paste;
mod patience;
mod rotate;
mod verdict;
