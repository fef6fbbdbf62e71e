//! Where other tools keep their credentials, by their own documentation, with the variables by which each can be told another place.

use std::path::{Path, PathBuf};

use crate::Format;

/// What the places depend on.
pub struct Surroundings<'a> {
    /// The user's home folder.
    pub home: PathBuf,
    /// Where programs keep settings: `~/.config`, or `%APPDATA%` on Windows.
    pub config: PathBuf,
    /// Where browsers and exports put files.
    pub downloads: Option<PathBuf>,
    /// A variable of the environment.
    pub variable: &'a dyn Fn(&str) -> Option<String>,
}

/// A place that a tool is known for.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct WellKnown {
    /// What keeps it there.
    pub title: &'static str,
    /// The file, or the folder.
    pub path: PathBuf,
    /// What is done there.
    pub look: Look,
}

/// What is done at a place.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Look {
    /// The file is read as this.
    File(Format),
    /// The folder's own files that are called as exports are, and none below it.
    Exports,
    /// It is not opened; that it is there is worth a word.
    Beside(&'static str),
}

/// All of them, in the order in which they are looked at. Nothing is opened.
#[must_use]
pub fn well_known(around: &Surroundings<'_>) -> Vec<WellKnown> {
    let home = |path: &str| around.home.join(path);
    let told = |name: &str| (around.variable)(name).filter(|value| !value.is_empty()).map(PathBuf::from);
    let in_folder = |variable: &str, otherwise: PathBuf, file: &str| told(variable).unwrap_or(otherwise).join(file);
    let gh = if cfg!(windows) { "GitHub CLI" } else { "gh" };
    let gcloud = if cfg!(windows) { around.config.join("gcloud") } else { home(".config/gcloud") };
    let netrc = if cfg!(windows) { "_netrc" } else { ".netrc" };
    let mut places = Vec::new();
    let mut file = |title, path: PathBuf, format| places.push(WellKnown { title, path, look: Look::File(format) });
    file("A .env file in the home folder", home(".env"), Format::Dotenv);
    file(
        "AWS command line",
        told("AWS_SHARED_CREDENTIALS_FILE").unwrap_or_else(|| home(".aws/credentials")),
        Format::AwsCredentials,
    );
    file("AWS command line", told("AWS_CONFIG_FILE").unwrap_or_else(|| home(".aws/config")), Format::AwsConfig);
    file("GitHub command line", in_folder("GH_CONFIG_DIR", around.config.join(gh), "hosts.yml"), Format::Gh);
    file("netrc, for curl and git", told("NETRC").unwrap_or_else(|| home(netrc)), Format::Netrc);
    file("Docker", in_folder("DOCKER_CONFIG", home(".docker"), "config.json"), Format::Docker);
    let google = |name: &str| in_folder("CLOUDSDK_CONFIG", gcloud.clone(), name);
    file("gcloud", google("application_default_credentials.json"), Format::Gcloud);
    if let Some(path) = told("GOOGLE_APPLICATION_CREDENTIALS") {
        file("Google’s libraries", path, Format::Gcloud);
    }
    for path in kubeconfigs(told("KUBECONFIG"), &around.home) {
        file("kubectl", path, Format::Kubeconfig);
    }
    file("npm", told("NPM_CONFIG_USERCONFIG").unwrap_or_else(|| home(".npmrc")), Format::Npmrc);
    file("PyPI", home(".pypirc"), Format::Pypirc);
    places.push(WellKnown {
        title: "gcloud",
        path: google("credentials.db"),
        look: Look::Beside(
            "gcloud keeps its own sign-ins in this database, which was not opened: they belong to its own app. Add Google here and sign in once more.",
        ),
    });
    let downloads = around.downloads.clone();
    places.extend(downloads.map(|path| WellKnown {
        title: "Exports in the downloads folder",
        path,
        look: Look::Exports,
    }));
    places
}

/// Several, parted as the platform parts them.
fn kubeconfigs(told: Option<PathBuf>, home: &Path) -> Vec<PathBuf> {
    match told {
        Some(paths) => std::env::split_paths(&paths).filter(|path| !path.as_os_str().is_empty()).collect(),
        None => vec![home.join(".kube/config")],
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn paths(variables: &[(&str, &str)]) -> Vec<String> {
        let variable =
            |name: &str| variables.iter().find(|(known, _)| *known == name).map(|(_, value)| (*value).to_owned());
        let around = Surroundings {
            home: "h".into(),
            config: "h/.config".into(),
            downloads: Some("h/Downloads".into()),
            variable: &variable,
        };
        well_known(&around).into_iter().map(|place| place.path.to_string_lossy().replace('\\', "/")).collect()
    }

    #[test]
    fn each_tool_is_looked_for_where_it_keeps_its_own() {
        let paths = paths(&[]);
        for path in
            ["h/.env", "h/.aws/credentials", "h/.docker/config.json", "h/.kube/config", "h/.npmrc", "h/Downloads"]
        {
            assert!(paths.iter().any(|one| one == path), "{path} in {paths:?}");
        }
    }

    #[cfg(unix)]
    #[test]
    fn each_tools_own_variable_is_followed() {
        let told = [
            ("AWS_SHARED_CREDENTIALS_FILE", "x/aws", "x/aws"),
            ("KUBECONFIG", "x/one:x/two", "x/two"),
            ("NETRC", "x/netrc", "x/netrc"),
            ("CLOUDSDK_CONFIG", "x/gcloud", "x/gcloud/application_default_credentials.json"),
            ("GH_CONFIG_DIR", "x/gh", "x/gh/hosts.yml"),
            ("DOCKER_CONFIG", "x/docker", "x/docker/config.json"),
        ];
        for (name, value, path) in told {
            let paths = paths(&[(name, value)]);
            assert!(paths.iter().any(|one| one == path), "{path} in {paths:?}");
        }
        assert!(paths(&[("NETRC", "")]).iter().any(|one| one == "h/.netrc"), "an empty variable counts as unset");
    }
}
