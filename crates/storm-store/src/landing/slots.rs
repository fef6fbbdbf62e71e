//! The file of slots, and who has which.

use std::fs::File;
use std::io::{self, Read as _, Seek as _, SeekFrom, Write as _};
use std::path::PathBuf;

use storm_domain::VaultError;
use uuid::Uuid;

use super::slot::{HEADER, Header, LENGTH, Place};
use crate::VaultFolder;
use crate::fault;
use crate::folder::{open_private, sync_folder};

/// Who has a slot.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Holder {
    Nobody,
    Reserved(Uuid),
    Filled(Place),
}

/// An answer as it lies in its slot: which slot, what it belongs to, its sealed bytes.
pub(crate) type Found = (usize, Place, Vec<u8>);

pub(crate) struct Slots {
    file: File,
    folder: PathBuf,
    holders: Vec<Holder>,
}

impl Slots {
    /// Opens the file and reads all headers. Whatever is not a slot of ours is copied aside.
    pub(crate) fn open(folder: &VaultFolder) -> Result<Self, VaultError> {
        let folder = folder.landing();
        let file = open_private(&folder.join("slots")).and_then(|file| sync_folder(&folder).map(|()| file));
        let file = file.map_err(|error| fault::of_io(&error))?;
        let mut slots = Self { file, folder, holders: Vec::new() };
        slots.scan().map_err(|error| fault::of_io(&error))?;
        Ok(slots)
    }

    fn scan(&mut self) -> io::Result<()> {
        let length = self.file.metadata()?.len();
        for slot in 0..length.div_ceil(LENGTH) {
            let mut header = [0; HEADER];
            let read = self.read_up_to(slot * LENGTH, &mut header)?;
            let index = self.holders.len();
            self.holders.push(Holder::Nobody);
            match Header::read(&header) {
                Header::Filled(place, _) if read == HEADER => self.holders[index] = Holder::Filled(place),
                Header::Empty => {}
                Header::Filled(..) | Header::Damaged => self.copy_aside(index).and_then(|()| self.empty(index))?,
            }
        }
        if length % LENGTH != 0 {
            self.write_zeros(length, LENGTH - length % LENGTH)?; // the program ended while it made the last one
        }
        Ok(())
    }

    pub(crate) fn reserve(&mut self, integration: Uuid) -> Result<usize, VaultError> {
        if let Some(slot) = self.find(|holder| *holder == Holder::Reserved(integration)) {
            return Ok(slot);
        }
        let slot = match self.find(|holder| *holder == Holder::Nobody) {
            Some(slot) => slot,
            None => self.grow().map_err(|error| fault::of_io(&error))?,
        };
        self.holders[slot] = Holder::Reserved(integration);
        Ok(slot)
    }

    pub(crate) fn give_back(&mut self, integration: Uuid) {
        if let Some(slot) = self.find(|holder| *holder == Holder::Reserved(integration)) {
            self.holders[slot] = Holder::Nobody;
        }
    }

    /// Writes an answer; it is durable after the next [`Slots::sync`].
    pub(crate) fn write(&mut self, place: &Place, sealed: &[u8]) -> Result<usize, VaultError> {
        let length = u32::try_from(sealed.len()).map_err(|_| VaultError::TooLarge)?;
        if u64::from(length) > LENGTH - HEADER as u64 {
            return Err(VaultError::TooLarge);
        }
        let slot = self.reserve(place.integration.0)?;
        let bytes = [place.header(length).as_slice(), sealed].concat();
        self.write_at(slot as u64 * LENGTH, &bytes).map_err(|error| fault::of_io(&error))?;
        self.holders[slot] = Holder::Filled(*place);
        Ok(slot)
    }

    pub(crate) fn sync(&self) -> Result<(), VaultError> {
        self.file.sync_data().map_err(|error| fault::of_io(&error))
    }

    pub(crate) fn clear(&mut self, integration: Uuid, up_to: u64) -> Result<(), VaultError> {
        let ours = |place: &Place| place.integration.0 == integration && place.fencing <= up_to;
        while let Some(slot) = self.find(|holder| matches!(holder, Holder::Filled(place) if ours(place))) {
            self.empty(slot).map_err(|error| fault::of_io(&error))?;
        }
        self.give_back(integration);
        Ok(())
    }

    pub(crate) fn set_aside(&mut self, slot: usize) -> Result<(), VaultError> {
        self.copy_aside(slot).and_then(|()| self.empty(slot)).map_err(|error| fault::of_io(&error))
    }

    pub(crate) fn read_all(&mut self) -> Result<Vec<Found>, VaultError> {
        let mut found = Vec::new();
        for slot in 0..self.holders.len() {
            let Holder::Filled(place) = self.holders[slot] else { continue };
            let sealed = self.read_sealed(slot).map_err(|error| fault::of_io(&error))?;
            found.push((slot, place, sealed));
        }
        Ok(found)
    }

    /// Overwrites every slot but these, and what earlier answers left behind theirs.
    pub(crate) fn wipe_but(&mut self, kept: &[usize]) -> Result<(), VaultError> {
        for slot in 0..self.holders.len() {
            let filled = if kept.contains(&slot) { self.length_of(slot) } else { Ok(0) };
            let wiped = filled.and_then(|filled| self.wipe(slot, filled));
            wiped.map_err(|error| fault::of_io(&error))?;
            if !kept.contains(&slot) {
                self.holders[slot] = Holder::Nobody;
            }
        }
        Ok(())
    }

    /// Overwrites a slot from here to its end, in one go.
    fn wipe(&mut self, slot: usize, from: u64) -> io::Result<()> {
        let zeros = vec![0; usize::try_from(LENGTH - from).unwrap_or_default()];
        self.write_at(slot as u64 * LENGTH + from, &zeros).and_then(|()| self.file.sync_data())
    }

    /// How many bytes of a slot its header and answer take.
    fn length_of(&mut self, slot: usize) -> io::Result<u64> {
        self.read_sealed(slot).map(|sealed| (HEADER + sealed.len()) as u64)
    }

    fn find(&self, fits: impl Fn(&Holder) -> bool) -> Option<usize> {
        self.holders.iter().position(fits)
    }

    fn read_sealed(&mut self, slot: usize) -> io::Result<Vec<u8>> {
        let mut header = [0; HEADER];
        self.read_up_to(slot as u64 * LENGTH, &mut header)?;
        let Header::Filled(_, length) = Header::read(&header) else { return Ok(Vec::new()) };
        let mut sealed = vec![0; length];
        let read = self.read_up_to(slot as u64 * LENGTH + HEADER as u64, &mut sealed)?;
        sealed.truncate(read);
        Ok(sealed)
    }

    /// Makes one more slot, written out in full and synced.
    fn grow(&mut self) -> io::Result<usize> {
        let slot = self.holders.len();
        let end = slot as u64 * LENGTH;
        if let Err(error) = self.write_zeros(end, LENGTH) {
            self.file.set_len(end)?;
            return Err(error);
        }
        self.holders.push(Holder::Nobody);
        Ok(slot)
    }

    fn write_zeros(&mut self, at: u64, length: u64) -> io::Result<()> {
        self.file.seek(SeekFrom::Start(at))?;
        io::copy(&mut io::repeat(0).take(length), &mut self.file)?;
        self.file.sync_all()
    }

    fn empty(&mut self, slot: usize) -> io::Result<()> {
        self.write_at(slot as u64 * LENGTH, &[0; HEADER])?;
        self.holders[slot] = Holder::Nobody;
        Ok(())
    }

    /// Copies a slot to a file of its own, for support.
    fn copy_aside(&mut self, slot: usize) -> io::Result<()> {
        let mut bytes = Vec::new();
        self.file.seek(SeekFrom::Start(slot as u64 * LENGTH))?;
        (&mut self.file).take(LENGTH).read_to_end(&mut bytes)?;
        let mut number = 0;
        let path = loop {
            let path = self.folder.join(format!("slot-{slot}-{number}.damaged"));
            if !path.exists() {
                break path;
            }
            number += 1;
        };
        let mut aside = open_private(&path)?;
        aside.write_all(&bytes)?;
        aside.sync_all()?;
        sync_folder(&self.folder)?;
        tracing::warn!(slot, "a landing slot did not open and was kept aside");
        Ok(())
    }

    fn write_at(&mut self, at: u64, bytes: &[u8]) -> io::Result<()> {
        self.file.seek(SeekFrom::Start(at))?;
        self.file.write_all(bytes)
    }

    /// Reads until the buffer is full or the file ends.
    fn read_up_to(&mut self, at: u64, buffer: &mut [u8]) -> io::Result<usize> {
        self.file.seek(SeekFrom::Start(at))?;
        let mut read = 0;
        while read < buffer.len() {
            match self.file.read(&mut buffer[read..]) {
                Ok(0) => break,
                Ok(count) => read += count,
                Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
                Err(error) => return Err(error),
            }
        }
        Ok(read)
    }
}
