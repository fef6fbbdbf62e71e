//! Dropped files. The names in front are the cases of the fault matrix.

use std::time::Duration;

use storm_connectors::{
    Catalogue, DroppedFile, Holder, KeyMaterial, KeyMaterialError, MaterialSecret, PasswordTries, Shape, Validity,
    group_dropped, read_dropped, read_key_material,
};
use storm_domain::{Method, Timestamp};
use storm_secret::Passphrase;

use crate::golden::{NOW, file, longest, reason, timed};

fn read(bytes: &[u8], name: &str, password: Option<&str>) -> Result<KeyMaterial, KeyMaterialError> {
    let password = password.map(Passphrase::new);
    read_key_material(DroppedFile { bytes, name }, password.as_ref(), NOW)
}

fn good(name: &str, password: Option<&str>) -> Result<KeyMaterial, KeyMaterialError> {
    read(&file("good", name), name, password)
}

/// Refused, quickly, for this reason, and in two sentences.
#[track_caller]
fn refused(name: &str, password: Option<&str>, expected: &str) -> KeyMaterialError {
    let (read, time) = timed(|| read(&file("hostile", name), name, password));
    let error = read.unwrap_err();
    assert_eq!(reason(&error), expected, "{name}: {error}");
    assert!(time < longest(), "{name} took {time:?}");
    assert!(error.to_string().ends_with('.'), "{error}");
    error
}

fn together(files: &[(&str, &str)], password: Option<&str>) -> Result<KeyMaterial, KeyMaterialError> {
    let read: Vec<(Vec<u8>, &str)> = files.iter().map(|(folder, name)| (file(folder, name), *name)).collect();
    let files: Vec<DroppedFile<'_>> = read.iter().map(|(bytes, name)| DroppedFile { bytes, name }).collect();
    let password = password.map(Passphrase::new);
    read_dropped(&files, password.as_ref(), NOW)
}

#[test]
fn f139_several_files_are_one_thing_or_refused_whole() {
    let (key, certificate) = (("good", "pkcs8-rsa2048.pem"), ("hostile", "certificate.crt"));
    for files in
        [[key, certificate], [certificate, key], [("good", "pkcs8-rsa2048.der"), ("hostile", "certificate.cer")]]
    {
        let material = together(&files, None).unwrap();
        assert_eq!(material.shape, Shape::CertificateWithKey);
        assert_eq!(material.holder, Some(Holder::Subject("storm-practice".to_owned())));
        assert!(material.file_name.starts_with("pkcs8-rsa2048"), "the key's name");
    }
    let locked = [certificate, ("good", "encrypted-aes256.pem")];
    let needed = KeyMaterialError::PasswordNeeded { shape: Shape::CertificateWithKey };
    assert_eq!(together(&locked, None).unwrap_err(), needed);
    assert_eq!(together(&locked, Some("wrong")).unwrap_err(), KeyMaterialError::WrongPassword);
    assert!(together(&locked, Some("practice")).is_ok());
    for files in [
        &[key, key][..],
        &[key, ("good", "google.json")],
        &[key, ("good", "pfx-modern.p12")],
        &[certificate, certificate],
        &[key, certificate, certificate],
        &[("good", "google.json"), ("good", "google-one-line.json")],
        &[("good", "aws.csv"), ("good", "aws-credentials")],
    ] {
        assert_eq!(together(files, None).unwrap_err(), KeyMaterialError::SeveralFiles, "{files:?}");
    }
    let another = together(&[certificate, ("good", "pkcs8-rsa4096.pem")], None).unwrap_err();
    assert_eq!(another, KeyMaterialError::CertificateOfAnotherKey);
    assert_eq!(together(&[], None).unwrap_err(), KeyMaterialError::Empty);
}

fn groups(files: &[(&str, &str)]) -> Vec<Vec<usize>> {
    let read: Vec<(Vec<u8>, &str)> = files.iter().map(|(folder, name)| (file(folder, name), *name)).collect();
    let files: Vec<DroppedFile<'_>> = read.iter().map(|(bytes, name)| DroppedFile { bytes, name }).collect();
    group_dropped(&files)
}

#[test]
fn f139_a_certificate_finds_its_key_among_many_files_and_the_others_stand_alone() {
    let (key, certificate) = (("good", "pkcs8-rsa2048.pem"), ("hostile", "certificate.crt"));
    let (other, locked, google) =
        (("good", "pkcs8-rsa4096.pem"), ("good", "encrypted-aes256.pem"), ("good", "google.json"));
    assert_eq!(groups(&[]), Vec::<Vec<usize>>::new());
    assert_eq!(groups(&[certificate, key]), [vec![0, 1]]);
    assert_eq!(groups(&[other, certificate, google, key]), [vec![0], vec![1, 3], vec![2]]);
    assert_eq!(groups(&[key, key, certificate]), [vec![0, 2], vec![1]], "each file is in one group");
    assert_eq!(groups(&[google, certificate, locked]), [vec![0], vec![1, 2]], "the password is asked for both");
    assert_eq!(groups(&[certificate, locked, key]), [vec![0, 2], vec![1]], "the key that is known to be its own");
    assert_eq!(groups(&[certificate, other]), [vec![0, 1]], "two alone are meant for each other");
    assert_eq!(groups(&[certificate, other, google]), [vec![0], vec![1], vec![2]], "not its key, and not in its way");
    assert_eq!(groups(&[google, ("hostile", "link.url"), key]), [vec![0], vec![1], vec![2]]);
}

#[test]
fn a_kubeconfig_is_read_with_the_files_that_it_names_if_they_were_dropped_together_with_it() {
    let configuration = file("hostile", "kube-paths.yaml");
    let (certificate, key) = (file("hostile", "certificate.crt"), file("good", "pkcs8-rsa2048.pem"));
    let dropped = |name: &'static str| DroppedFile {
        name,
        bytes: if name.ends_with("config") {
            &configuration
        } else if name.ends_with(".crt") {
            &certificate
        } else {
            &key
        },
    };
    let files = ["/tmp/a.key", "config", "C:\\keys\\a.crt"].map(dropped);
    assert_eq!(group_dropped(&files), [vec![0, 1, 2]]);
    let material = read_dropped(&files, None, NOW).unwrap();
    assert_eq!((material.shape, material.file_name.as_str()), (Shape::KubernetesCertificate, "config"));
    assert!(material.certificate.is_some() && !material.service_account_key().unwrap().certificates.is_empty());

    let others = ["config", "a.key", "b.crt"].map(dropped);
    assert_eq!(group_dropped(&others), [vec![0], vec![1, 2]], "what it names is not all here");
    let refused = read_dropped(&others, None, NOW).unwrap_err();
    assert!(refused.to_string().contains("Drop those files together with it"), "{refused}");
    let two = ["config", "a.crt", "config", "a.key"].map(dropped);
    assert_eq!(group_dropped(&two), [vec![0, 1, 3], vec![2]], "each file is in one group");
    assert_eq!(read_dropped(&two, None, NOW).unwrap_err(), KeyMaterialError::SeveralFiles);
}

#[test]
fn a_kubeconfigs_authority_is_for_its_own_cluster_only() {
    let material = good("kube-certificate-authority.yaml", None).unwrap();
    let cluster = material.cluster.clone().unwrap();
    assert_eq!(cluster.server.as_deref(), Some("https://127.0.0.1:6443"));
    assert_eq!(cluster.authority.as_deref(), Some("Practice authority"));
    let key = material.service_account_key().unwrap();
    assert_eq!((&key.authorities, key.authorities.matches("BEGIN CERTIFICATE").count()), (&cluster.authorities, 1));
    assert!(!key.with_certificates().expose().contains(key.authorities.lines().nth(1).unwrap()), "it is not shown");
    assert_eq!(material.fields()["server"], "https://127.0.0.1:6443");
    assert!(good("kube-certificate.yaml", None).unwrap().service_account_key().unwrap().authorities.is_empty());
    let catalogue = Catalogue::embedded().unwrap();
    let takers: Vec<_> = material.takers(catalogue).iter().map(|(one, method)| (one.id.clone(), *method)).collect();
    assert_eq!(takers, [("kubernetes".to_owned(), Method::ServiceAccount)]);
}

#[test]
fn f135_f136_f154_nothing_and_far_too_much() {
    assert_eq!(read(b"", "x", None).unwrap_err(), KeyMaterialError::Empty);
    assert_eq!(read(b"\n", "x", None).unwrap_err(), KeyMaterialError::Empty);
    assert_eq!(reason(&read(b"0", "x", None).unwrap_err()), "SomethingElse");
    let large = format!("{{\"installed\":\"{}\"}}", "x".repeat(1024 * 1024));
    assert_eq!(read(large.as_bytes(), "x", None).unwrap_err(), KeyMaterialError::TooLarge);
}

#[test]
fn f152_shortcuts_of_every_system_are_named() {
    for (name, word) in [
        ("shortcut.lnk", "shortcut"),
        ("link.webloc", "link to a web page"),
        ("binary.webloc", "macOS"),
        ("link.url", "link to a web page"),
        ("link.desktop", "shortcut"),
    ] {
        let error = refused(name, None, "SomethingElse").to_string();
        assert!(error.contains(word), "{error}");
    }
}

#[test]
fn f159_what_names_a_program_an_address_or_another_file_is_refused_with_the_reason() {
    for (name, word) in [("external.json", "run programs"), ("external-url.json", "fetch from addresses")] {
        let error = refused(name, None, "KeyFile").to_string();
        assert!(error.contains(word), "{error}");
    }
    for (name, word) in [
        ("program-profile", "program to run"),
        ("kube-program.yaml", "program to run"),
        ("kube-program-beside.yaml", "program to run"),
        ("kube-provider.yaml", "address to ask"),
        ("kube-paths.yaml", "other files"),
        ("kube-authority-path.yaml", "other files"),
        ("kube-token-file.yaml", "other files"),
    ] {
        let error = refused(name, None, "Unsupported").to_string();
        assert!(error.contains(word) && !error.contains("/bin/sh") && !error.contains("shadow"), "{error}");
    }
}

#[test]
fn f162_a_file_of_another_trade_is_named() {
    let error = refused("package.json", None, "SomethingElse").to_string();
    assert!(error.starts_with("This is not a credentials file; it looks like a package.json"), "{error}");
}

#[test]
fn f163_two_keys_in_one_place() {
    for name in ["two-keys.pem", "two-profiles", "two-clients.json"] {
        refused(name, None, "SeveralKeys");
    }
}

#[test]
fn f164_a_public_key_only() {
    for name in ["public.pem", "public.der", "public-pkcs1.pem", "openssh.pub"] {
        let error = refused(name, None, "PublicKey").to_string();
        assert!(error.starts_with("This is a public key"), "{error}");
    }
}

#[test]
fn f165_a_certificate_only() {
    for name in ["certificate.crt", "certificate.cer", "certificates.pem", "bundle.p7b"] {
        let error = refused(name, None, "CertificateAlone").to_string();
        assert!(error.starts_with("This is a certificate without its private key"), "{error}");
    }
}

#[test]
fn f167_numbers_that_make_no_rsa_key() {
    for name in ["rsa-e-1.pem", "rsa-e-even.pem", "rsa-n-even.pem", "rsa-n-not-p-q.pem"] {
        refused(name, None, "Damaged");
    }
}

#[test]
fn f168_an_encrypted_key_tells_a_wrong_password_from_a_damaged_file() {
    for name in ["encrypted-aes256.pem", "encrypted-scrypt.pem", "encrypted-3des.pem", "encrypted-pbe-3des.pem"] {
        let needed = good(name, None).unwrap_err();
        assert_eq!(needed, KeyMaterialError::PasswordNeeded { shape: Shape::EncryptedKey });
        for wrong in ["Practice", "practice ", "", "ẞ", &"x".repeat(5000)] {
            assert_eq!(good(name, Some(wrong)).unwrap_err(), KeyMaterialError::WrongPassword, "{name}, {wrong}");
        }
        assert!(needed.asks_for_password() && KeyMaterialError::WrongPassword.asks_for_password());
        assert_eq!(good(name, Some("practice")).unwrap().shape, Shape::EncryptedKey);
    }
    // The last character of the last whole line is changed: the password is right all the same.
    let whole = String::from_utf8(file("good", "encrypted-aes256.pem")).unwrap();
    let mut lines: Vec<String> = whole.lines().map(str::to_owned).collect();
    let last = lines.len() - 3;
    let changed = if lines[last].ends_with('A') { 'B' } else { 'A' };
    lines[last].pop();
    lines[last].push(changed);
    let damaged = read(lines.join("\n").as_bytes(), "x", Some("practice")).unwrap_err();
    assert_eq!(reason(&damaged), "Damaged", "{damaged}");
}

#[test]
fn f168_f172_after_five_wrong_passwords_there_is_a_pause() {
    let mut tries = PasswordTries::default();
    for left in (1..=5).rev() {
        assert_eq!(tries.left(), left);
        assert_eq!(tries.pause_left(NOW), None);
        tries.note_wrong(NOW);
    }
    assert_eq!(tries.pause_left(NOW), Some(Duration::from_secs(30)));
    assert_eq!(tries.pause_left(NOW.after(Duration::from_secs(29))), Some(Duration::from_secs(1)));
    let later = NOW.after(Duration::from_secs(30));
    assert_eq!(tries.pause_left(later), None);
    assert_eq!(tries.left(), 5);
    // A clock that was set back holds nobody up for longer than the pause.
    assert_eq!(tries.pause_left(Timestamp(0)), Some(Duration::from_secs(30)));
}

#[test]
fn f169_openssls_outdated_encryption_is_refused_with_how_to_convert() {
    for name in ["dek-info.pem", "dek-info-3des.pem"] {
        for password in [None, Some("practice")] {
            let error = refused(name, password, "Unsupported").to_string();
            assert!(error.contains("openssl pkcs8 -topk8"), "{error}");
        }
    }
}

#[test]
fn f170_openssh_keys_are_refused_with_how_to_convert() {
    let error = refused("openssh", None, "Unsupported").to_string();
    assert!(error.contains("ssh-keygen -p -m PKCS8"), "{error}");
    refused("putty.ppk", None, "Unsupported");
}

#[test]
fn f171_what_is_no_base64() {
    refused("no-base64.pem", None, "Damaged");
}

#[test]
fn f172_pkcs12_tells_a_wrong_password_from_a_damaged_file() {
    for name in ["pfx-modern.p12", "pfx-legacy.p12", "pfx-3des.p12", "pfx-mac-once.p12", "pfx-plain-certificate.p12"] {
        assert_eq!(good(name, None).unwrap_err(), KeyMaterialError::PasswordNeeded { shape: Shape::Pkcs12 }, "{name}");
        for wrong in ["Practice", "practice ", ""] {
            assert_eq!(good(name, Some(wrong)).unwrap_err(), KeyMaterialError::WrongPassword, "{name}, {wrong}");
        }
        let mut damaged = file("good", name);
        let salt_of_mac = damaged.len() - 30;
        damaged[salt_of_mac] ^= 1;
        let error = read(&damaged, name, Some("practice")).unwrap_err();
        assert_eq!(reason(&error), "Damaged", "{name}: {error}");
        let cut = &file("good", name)[..1000];
        assert_eq!(read(cut, name, Some("practice")).unwrap_err(), KeyMaterialError::Truncated);
    }
}

#[test]
fn f173_pkcs12_without_a_checksum() {
    let error = refused("no-mac.p12", Some("practice"), "Unsupported").to_string();
    assert!(error.contains("without a checksum"), "{error}");
}

#[test]
fn f175_a_derivation_that_would_fill_the_memory_is_not_begun() {
    for name in ["scrypt-2-30.pem", "scrypt-64-mib.pem", "scrypt-lanes.pem", "scrypt-2-63.pem"] {
        // Known before a password is asked for.
        refused(name, None, "TooCostly");
        refused(name, Some("practice"), "TooCostly");
    }
}

#[test]
fn f176_the_work_of_a_whole_file_is_summed_before_it_begins() {
    for name in
        ["pfx-1000-bags.p12", "pfx-1000-light-bags.p12", "pfx-1200-bags.p12", "pfx-1000-safes.p12", "pfx-mac-2-31.p12"]
    {
        refused(name, Some("practice"), "TooCostly");
        refused(name, None, "TooCostly");
    }
    for name in ["slow.p12", "slow.pem", "pbkdf2-2-31.pem", "pbkdf2-2-63.pem"] {
        refused(name, Some("practice"), "TooCostly");
    }
    for name in ["pbkdf2-0.pem", "scrypt-0.pem", "pfx-mac-0.p12"] {
        refused(name, Some("practice"), "Damaged");
    }
}

#[test]
fn f177_depth_costs_nothing() {
    refused("nested.der", None, "SomethingElse");
    refused("nested.p12", Some("practice"), "Unsupported");
    refused("pfx-nested-bags.p12", Some("practice"), "Unsupported");
    refused("kube-laughs.yaml", None, "Damaged");
    let deep = [&b"apiVersion: v1\nusers: "[..], &b"[".repeat(10_000)].concat();
    assert_eq!(reason(&read(&deep, "config", None).unwrap_err()), "Damaged");
}

#[test]
fn f178_der_that_is_cut_off_or_of_indefinite_length() {
    for name in ["cut.der", "cut.p12", "cut.pem"] {
        refused(name, Some("practice"), "Truncated");
    }
    refused("indefinite.p12", None, "Unsupported");
    let whole = file("good", "pkcs8-rsa2048.der");
    for cut in [2, 3, 4, 100, whole.len() - 1] {
        assert_eq!(read(&whole[..cut], "x", None).unwrap_err(), KeyMaterialError::Truncated, "cut at {cut}");
    }
    assert_eq!(reason(&read(&[&whole[..], &[0]].concat(), "x", None).unwrap_err()), "Damaged");
}

#[test]
fn f179_no_key_inside() {
    let error = refused("no-key.p12", Some("practice"), "NoKey").to_string();
    assert!(error.starts_with("There is no private key inside"), "{error}");
    refused("none.csv", None, "NoKey");
    refused("kube-no-user.yaml", None, "NoKey");
}

#[test]
fn f181_a_certificate_that_has_ended_or_ends_soon_is_taken_and_says_so() {
    let validity = |name, password| good(name, password).unwrap().certificate.unwrap().validity;
    assert_eq!(validity("certificate-ended.pem", None), Validity::Ended);
    assert_eq!(validity("certificate-ends-soon.pem", None), Validity::EndsSoon);
    assert_eq!(validity("certificate-not-yet.pem", None), Validity::NotYet);
    assert_eq!(validity("key-then-certificate.pem", None), Validity::Current);
    assert_eq!(validity("pfx-ended.p12", Some("practice")), Validity::Ended);
    assert_eq!(validity("pfx-ends-soon.p12", Some("practice")), Validity::EndsSoon);
}

#[test]
fn f182_an_empty_and_an_absent_password_are_tried_before_asking() {
    for name in ["pfx-empty-password.p12", "pfx-empty-password-legacy.p12", "pfx-null-password.p12"] {
        assert_eq!(good(name, None).unwrap().shape, Shape::Pkcs12, "{name}");
        assert_eq!(good(name, Some("practice")).unwrap_err(), KeyMaterialError::WrongPassword, "{name}");
    }
}

#[test]
fn a_key_comes_out_the_same_whatever_it_came_in() {
    let pem = |name: &str, password| match good(name, password).unwrap() {
        KeyMaterial { secret: MaterialSecret::PrivateKey { key, .. }, key_fingerprint, .. } => {
            (key.expose().to_owned(), key_fingerprint.unwrap())
        }
        other => panic!("{other:?}"),
    };
    let plain = pem("pkcs8-rsa2048.pem", None);
    for name in ["pkcs8-rsa2048.der", "pkcs1-2048.pem", "pkcs1.der", "pkcs8-windows-lines.pem", "azure.pem"] {
        assert_eq!(pem(name, None), plain, "{name}");
    }
    for name in
        ["encrypted-scrypt.pem", "encrypted-pbe-rc2-40.pem", "pfx-modern.p12", "pfx-legacy.p12", "pfx-plain-key.p12"]
    {
        assert_eq!(pem(name, Some("practice")), plain, "{name}");
    }
    assert_eq!(pem("sec1-p256.pem", None).1, pem("pkcs8-p256.pem", None).1);
    assert!(plain.1.base64().starts_with("SHA256:") && plain.1.to_string().matches(':').count() == 31);
}

#[test]
fn the_keys_own_certificate_stands_first_behind_it() {
    let chain = good("certificate-chain.pem", None).unwrap();
    let text = chain.service_account_key().unwrap().with_certificates();
    let blocks: Vec<&str> = text.expose().matches("-----BEGIN ").collect();
    assert_eq!(blocks.len(), 3);
    assert!(text.expose().starts_with("-----BEGIN PRIVATE KEY-----"));
    let alone = good("key-then-certificate.pem", None).unwrap().service_account_key().unwrap().with_certificates();
    assert!(text.expose().starts_with(alone.expose()), "the authority's certificate comes last");
    assert!(good("aws.csv", None).unwrap().service_account_key().is_none());
}

#[test]
fn a_name_makes_no_key_of_what_is_none() {
    let bytes = file("good", "pkcs8-rsa2048.pem");
    assert_eq!(
        read(&bytes, "AuthKey_2X9R4HXF34.p8", None).unwrap().shape,
        Shape::Pkcs8Key,
        "an RSA key is none of Apple's"
    );
    assert_eq!(read(&bytes, "key.csv", None).unwrap().shape, Shape::Pkcs8Key);
    let apple = file("good", "apple.p8");
    for name in ["AuthKey_short.p8", "AuthKey_2X9R4HXF34", "AuthKey_ünïcödéé1.p8", "AuthKey_2X9R4HXF34Z.p8"] {
        assert_eq!(read(&apple, name, None).unwrap().shape, Shape::Pkcs8Key, "{name}");
    }
    let odd = read(&bytes, "/tmp/rsa\u{202e}_key.p8\n", None).unwrap();
    assert_eq!((odd.shape, odd.file_name.as_str()), (Shape::SnowflakeKey, "rsa_key.p8"));
}

#[test]
fn a_file_leads_to_the_services_it_is_for() {
    let catalogue = Catalogue::embedded().unwrap();
    let named = |name: &str, called: &str, password: Option<&str>| -> Vec<String> {
        let material = read(&file("good", name), called, password).unwrap();
        material.takers(catalogue).into_iter().map(|(connector, _)| connector.id.clone()).collect()
    };
    let takers = |name: &str, password: Option<&str>| named(name, name, password);
    assert_eq!(takers("google.json", None), ["google-service-account"]);
    assert_eq!(named("apple.p8", "AuthKey_2X9R4HXF34.p8", None), ["app-store-connect"]);
    assert_eq!(named("pkcs1-2048.pem", "my-app.2026-11-01.private-key.pem", None), ["github-app"]);
    assert_eq!(named("pkcs8-rsa2048.pem", "rsa_key.p8", None), ["snowflake"]);
    let any_key = takers("pkcs8-rsa2048.pem", None);
    assert!(any_key.contains(&"okta".to_owned()) && any_key.contains(&"generic-key-file".to_owned()), "{any_key:?}");
    assert!(!any_key.contains(&"entra-app".to_owned()), "there is no certificate to upload");
    assert!(takers("pfx-modern.p12", Some("practice")).contains(&"entra-app".to_owned()));
    assert_eq!(takers("pkcs8-p256.pem", None), ["app-store-connect"]);
    for name in ["aws.csv", "aws-older.csv", "aws-credentials", "aws.env", "aws-profiles"] {
        assert_eq!(takers(name, None), ["aws"], "{name}");
    }
    assert!(takers("aws-session", None).is_empty(), "it ends within hours");
}

#[test]
fn of_several_access_keys_the_one_that_is_named_is_taken_and_none_that_ends_by_itself() {
    let [first, second, by_hand] = ["AKIAIOSFODNN7EXAMPLE", "AKIAI44QH8DHBEXAMPLE", "ASIAIOSFODNN7EXAMPLE"];
    let profiles = good("aws-profiles", None).unwrap();
    let offered: Vec<_> = profiles.lasting_keys().iter().map(|key| (key.profile.as_deref(), key.id.as_str())).collect();
    assert_eq!(offered, [(Some("default"), first), (Some("reports"), second)]);
    assert!(profiles.api_key(None).is_none() && profiles.api_key(Some(by_hand)).is_none());
    let key = profiles.api_key(Some(second)).unwrap();
    assert_eq!((key.id.as_deref(), key.key.expose()), (Some(second), "je7MtGbClwBF/2Zp9Utk/h3yCo8nvbEXAMPLEKEY"));

    let only = good("aws-nested", None).unwrap();
    assert_eq!(only.lasting_keys()[0].profile.as_deref(), Some("storm"));
    assert_eq!(only.api_key(None).unwrap().id.as_deref(), Some(first));
    assert!(only.api_key(Some(second)).is_none());
    assert!(good("aws-session", None).unwrap().is_temporary());
}
