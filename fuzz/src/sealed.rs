//! Sealed records: what was changed in any place never opens, and what is no envelope at all is refused.

use std::sync::LazyLock;

use storm_crypto::{MasterKey, RecordContext};
use storm_secret::{Passphrase, SecretBytes};

const CONTEXT: RecordContext<'_> =
    RecordContext { vault: [7; 16], table: "generation", record: "1/1", field: "secret", generation: 1 };

struct Sealed {
    key: MasterKey,
    envelope: Vec<u8>,
}

static SEALED: LazyLock<Sealed> = LazyLock::new(|| {
    let key = MasterKey::make().expect("randomness");
    let envelope = key.seal(&CONTEXT, &SecretBytes::new(*b"a refresh token")).expect("it is short");
    Sealed { key, envelope }
});

/// Taken as an envelope, as changes of a good one (place, then what is added to the byte there), and as a passphrase wrap.
pub fn open(data: &[u8]) {
    let Sealed { key, envelope } = &*SEALED;
    assert!(key.open(&CONTEXT, data).is_err(), "nobody else has the key");

    let mut changed = envelope.clone();
    for change in data.chunks_exact(2) {
        let place = usize::from(change[0]) % changed.len();
        changed[place] = changed[place].wrapping_add(change[1]);
    }
    if data.len() % 2 == 1 {
        changed.truncate(usize::from(data[0]) % (envelope.len() + 1));
    }
    assert_eq!(key.open(&CONTEXT, &changed).is_ok(), changed == *envelope);
    let elsewhere = RecordContext { generation: 2, ..CONTEXT };
    assert!(key.open(&elsewhere, envelope).is_err(), "it belongs to one place");

    let _ = MasterKey::of_keyring_line(&SecretBytes::new(data.to_vec()));
    // What it costs is bounded before anything is derived; a wrap that asks for much would only be slow here.
    if data.len() < 64 {
        assert!(MasterKey::unwrap(data, &Passphrase::new("practice"), [7; 16]).is_err());
    }
}
