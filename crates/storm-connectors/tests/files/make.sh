#!/bin/bash
# Makes the files of good/ and hostile/ anew with the openssl command, and the lists that say what each must be read as.
# The keys were made for this folder and protect nothing. Needs OpenSSL 3 with its legacy provider, and python3.
set -euo pipefail
cd "$(dirname "$0")"
rm -rf good hostile
mkdir good hostile
scratch=$(mktemp -d)
trap 'rm -rf "$scratch"' EXIT
q() { "$@" >/dev/null 2>"$scratch/complaint" || { cat "$scratch/complaint" >&2 && exit 1; }; }

# --- keys
rsa() { q openssl genrsa -out "$scratch/rsa$1.pem" "$1"; }
for size in 1024 2048 3072 4096; do rsa "$size"; done
cp "$scratch/rsa2048.pem" "$scratch/other.pem" && rsa 2048
q openssl genpkey -algorithm EC -pkeyopt ec_paramgen_curve:P-256 -out "$scratch/p256.pem"
q openssl genpkey -algorithm EC -pkeyopt ec_paramgen_curve:P-384 -out "$scratch/p384.pem"
q openssl genpkey -algorithm EC -pkeyopt ec_paramgen_curve:P-521 -out "$scratch/p521.pem"
q openssl genpkey -algorithm EC -pkeyopt ec_paramgen_curve:secp256k1 -out "$scratch/k256.pem"
q openssl genpkey -algorithm ED25519 -out "$scratch/ed25519.pem"
pkcs8() { q openssl pkcs8 -topk8 -nocrypt -in "$scratch/$1.pem" -out "$2" "${@:3}"; }
for key in rsa2048 rsa3072 rsa4096 p256 p384 p521 k256 ed25519; do pkcs8 $key "$scratch/$key.p8"; done

# --- certificates, with fixed dates: what ends soon must do so at the tests' own time, 1 December 2026
printf '[ca]\ndefault_ca=one\n[one]\ndatabase=%s/index\nserial=%s/serial\nnew_certs_dir=%s\ndefault_md=sha256\npolicy=any\nunique_subject=no\nrand_serial=yes\n[any]\ncommonName=supplied\norganizationName=optional\n' \
	"$scratch" "$scratch" "$scratch" >"$scratch/ca.cnf"
certificate() { # key name subject begins ends
	: >"$scratch/index"
	q openssl req -new -key "$scratch/$1.pem" -subj "$3" -utf8 -out "$scratch/request"
	q openssl ca -batch -notext -selfsign -config "$scratch/ca.cnf" -keyfile "$scratch/$1.pem" -in "$scratch/request" \
		-startdate "$4" -enddate "$5" -out "$scratch/$2.crt"
}
certificate rsa2048 long '/O=Practice/CN=storm-practice' 20250101000000Z 20360101000000Z
certificate rsa2048 ended '/CN=storm-practice' 20240101000000Z 20261101000000Z
certificate rsa2048 soon '/CN=storm-practice' 20260101000000Z 20261215000000Z
certificate rsa2048 future '/CN=storm-practice' 20270101000000Z 20280101000000Z
certificate rsa2048 azure '/CN=CLI-Login' 20260101000000Z 20270601000000Z
certificate rsa2048 century '/CN=storm-practice' 20250101000000Z 20750101000000Z
certificate rsa2048 german '/CN=Prüfstelle Köln' 20250101000000Z 20360101000000Z
for key in rsa3072 rsa4096 p256 p384 p521 ed25519; do certificate $key "of-$key" "/CN=of-$key" 20250101000000Z 20360101000000Z; done
certificate other authority '/CN=Practice authority' 20200101000000Z 20400101000000Z

# --- good files, and what each is: file, name when dropped, password, shape, algorithm, holder, last day
list=good/list.tsv
good() { printf '%s\t%s\t%s\t%s\t%s\t%s\t%s\n' "$1" "${2:-$1}" "$3" "$4" "$5" "$6" "$7" >>"$list"; }

P8='Private key (PKCS#8)' P1='Private key (PKCS#1)' S1='Private key (SEC1)' EN='Private key under a password (PKCS#8)'
CK='Certificate with its key (PEM)' PF='PKCS#12 archive'
for one in 'rsa2048 RSA 2048' 'rsa3072 RSA 3072' 'rsa4096 RSA 4096' 'p256 EC P-256' 'p384 EC P-384' 'p521 EC P-521' 'k256 EC secp256k1' 'ed25519 Ed25519'; do
	key=${one%% *} words=${one#* }
	cp "$scratch/$key.p8" "good/pkcs8-$key.pem"
	good "pkcs8-$key.pem" '' '' "$P8" "$words" '' ''
done
pkcs8 rsa2048 good/pkcs8-rsa2048.der -outform DER && good pkcs8-rsa2048.der '' '' "$P8" 'RSA 2048' '' ''
pkcs8 p256 good/pkcs8-p256.der -outform DER && good pkcs8-p256.der '' '' "$P8" 'EC P-256' '' ''
sed 's/$/\r/' "$scratch/rsa2048.p8" >good/pkcs8-windows-lines.pem && good pkcs8-windows-lines.pem '' '' "$P8" 'RSA 2048' '' ''
printf '\357\273\277' | cat - "$scratch/rsa2048.p8" >good/pkcs8-byte-order-mark.pem && good pkcs8-byte-order-mark.pem '' '' "$P8" 'RSA 2048' '' ''
{ echo 'Bag Attributes'; echo '    friendlyName: key'; cat "$scratch/rsa2048.p8"; } >good/pkcs8-bag-attributes.pem && good pkcs8-bag-attributes.pem '' '' "$P8" 'RSA 2048' '' ''
printf '\n\n  \n' | cat - "$scratch/p256.p8" >good/pkcs8-blank-lines.pem && good pkcs8-blank-lines.pem notes.txt '' "$P8" 'EC P-256' '' ''
for size in 2048 3072 4096; do
	q openssl rsa -traditional -in "$scratch/rsa$size.pem" -out "good/pkcs1-$size.pem" && good "pkcs1-$size.pem" '' '' "$P1" "RSA $size" '' ''
done
q openssl rsa -traditional -in "$scratch/rsa2048.pem" -outform DER -out good/pkcs1.der && good pkcs1.der '' '' "$P1" 'RSA 2048' '' ''
for one in 'p256 P-256' 'p384 P-384' 'p521 P-521' 'k256 secp256k1'; do
	key=${one% *} words="EC ${one#* }"
	q openssl ec -in "$scratch/$key.pem" -out "good/sec1-$key.pem" && good "sec1-$key.pem" '' '' "$S1" "$words" '' ''
done
{ openssl ecparam -name prime256v1; cat good/sec1-p256.pem; } >good/sec1-with-parameters.pem && good sec1-with-parameters.pem '' '' "$S1" 'EC P-256' '' ''
q openssl ec -in "$scratch/p256.pem" -outform DER -out good/sec1.der && good sec1.der '' '' "$S1" 'EC P-256' '' ''
q openssl ec -in "$scratch/p384.pem" -no_public -out good/sec1-without-public.pem && good sec1-without-public.pem '' '' "$S1" 'EC P-384' '' ''

encrypted() { # name key options…
	q openssl pkcs8 -topk8 -in "$scratch/$2.pem" -passout pass:practice -out "good/$1" "${@:3}"
}
for one in 'aes128 -v2 aes-128-cbc' 'aes192 -v2 aes-192-cbc' 'aes256 -v2 aes-256-cbc' '3des -v2 des3' 'sha1 -v2 aes-256-cbc -v2prf hmacWithSHA1' \
	'sha512 -v2 aes-256-cbc -v2prf hmacWithSHA512' '100000 -v2 aes-256-cbc -iter 100000' 'heavy -v2 aes-256-cbc -iter 1900000' 'scrypt-heavy -scrypt -scrypt_N 16384 -scrypt_r 8 -scrypt_p 12' 'scrypt -scrypt' 'scrypt-light -scrypt -scrypt_N 1024 -scrypt_r 8 -scrypt_p 2' \
	'pbe-3des -v1 PBE-SHA1-3DES' 'pbe-rc2-40 -v1 PBE-SHA1-RC2-40' 'pbe-rc2-128 -v1 PBE-SHA1-RC2-128'; do
	read -r name options <<<"$one"
	provider=()
	[[ $options != -v1* ]] || provider=(-provider default -provider legacy)
	# shellcheck disable=SC2086
	encrypted "encrypted-$name.pem" rsa2048 $options "${provider[@]}" && good "encrypted-$name.pem" '' practice "$EN" 'RSA 2048' '' ''
done
encrypted encrypted-ed25519.pem ed25519 && good encrypted-ed25519.pem '' practice "$EN" Ed25519 '' ''
encrypted encrypted-p384.pem p384 && good encrypted-p384.pem '' practice "$EN" 'EC P-384' '' ''
encrypted encrypted.der p256 -outform DER && good encrypted.der '' practice "$EN" 'EC P-256' '' ''
q openssl pkcs8 -topk8 -in "$scratch/rsa2048.pem" -passout 'pass:pâss wörd €' -out good/encrypted-accents.pem && good encrypted-accents.pem '' 'pâss wörd €' "$EN" 'RSA 2048' '' ''

joined() { cat "${@:2}" >"good/$1"; }
joined key-then-certificate.pem "$scratch/rsa2048.p8" "$scratch/long.crt" && good key-then-certificate.pem '' '' "$CK" 'RSA 2048' storm-practice 2036-01-01
joined certificate-then-key.pem "$scratch/long.crt" "$scratch/rsa2048.p8" && good certificate-then-key.pem '' '' "$CK" 'RSA 2048' storm-practice 2036-01-01
joined certificate-ended.pem "$scratch/ended.crt" "$scratch/rsa2048.p8" && good certificate-ended.pem '' '' "$CK" 'RSA 2048' storm-practice '2026-11-01 ended'
joined certificate-ends-soon.pem "$scratch/soon.crt" "$scratch/rsa2048.p8" && good certificate-ends-soon.pem '' '' "$CK" 'RSA 2048' storm-practice '2026-12-15 soon'
joined certificate-not-yet.pem "$scratch/future.crt" "$scratch/rsa2048.p8" && good certificate-not-yet.pem '' '' "$CK" 'RSA 2048' storm-practice '2028-01-01 not yet'
joined certificate-2075.pem "$scratch/century.crt" "$scratch/rsa2048.p8" && good certificate-2075.pem '' '' "$CK" 'RSA 2048' storm-practice 2075-01-01
joined certificate-umlaut.pem "$scratch/german.crt" "$scratch/rsa2048.p8" && good certificate-umlaut.pem '' '' "$CK" 'RSA 2048' 'Prüfstelle Köln' 2036-01-01
joined certificate-chain.pem "$scratch/authority.crt" "$scratch/rsa2048.p8" "$scratch/long.crt" && good certificate-chain.pem '' '' "$CK" 'RSA 2048' storm-practice 2036-01-01
joined certificate-encrypted-key.pem "$scratch/long.crt" good/encrypted-aes256.pem && good certificate-encrypted-key.pem '' practice "$CK" 'RSA 2048' storm-practice 2036-01-01
joined certificate-pkcs1.pem good/pkcs1-2048.pem "$scratch/long.crt" && good certificate-pkcs1.pem '' '' "$CK" 'RSA 2048' storm-practice 2036-01-01
joined certificate-sec1.pem good/sec1-with-parameters.pem "$scratch/of-p256.crt" && good certificate-sec1.pem '' '' "$CK" 'EC P-256' of-p256 2036-01-01
for one in 'rsa3072 RSA 3072' 'rsa4096 RSA 4096' 'p384 EC P-384' 'p521 EC P-521' 'ed25519 Ed25519'; do
	key=${one%% *} words=${one#* }
	joined "certificate-$key.pem" "$scratch/$key.p8" "$scratch/of-$key.crt" && good "certificate-$key.pem" '' '' "$CK" "$words" "of-$key" 2036-01-01
done
{ openssl x509 -in "$scratch/long.crt" -text; cat "$scratch/rsa2048.p8"; } >good/certificate-with-text.pem && good certificate-with-text.pem '' '' "$CK" 'RSA 2048' storm-practice 2036-01-01
joined azure.pem "$scratch/rsa2048.p8" "$scratch/azure.crt" && good azure.pem tmp1a2b3c4d.pem '' 'Certificate of a Microsoft Entra app' 'RSA 2048' CLI-Login 2027-06-01

pfx() { # name password options…
	q openssl pkcs12 -export -passout "pass:$2" -out "good/$1" "${@:3}"
	good "$1" '' "$2" "$PF" "$words" "$holder" "$day"
}
words='RSA 2048' holder=storm-practice day=2036-01-01
one=(-inkey "$scratch/rsa2048.pem" -in "$scratch/long.crt")
pfx pfx-modern.p12 practice "${one[@]}"
pfx pfx-named.pfx practice "${one[@]}" -name 'my key'
pfx pfx-legacy.p12 practice "${one[@]}" -legacy
pfx pfx-3des.p12 practice "${one[@]}" -keypbe PBE-SHA1-3DES -certpbe PBE-SHA1-3DES -provider default -provider legacy
pfx pfx-rc2-128.p12 practice "${one[@]}" -keypbe PBE-SHA1-RC2-128 -certpbe PBE-SHA1-RC2-128 -provider default -provider legacy
pfx pfx-aes128.p12 practice "${one[@]}" -keypbe AES-128-CBC -certpbe AES-128-CBC
pfx pfx-mac-sha1.p12 practice "${one[@]}" -macalg sha1
pfx pfx-mac-sha384.p12 practice "${one[@]}" -macalg sha384
pfx pfx-mac-sha512.p12 practice "${one[@]}" -macalg sha512
pfx pfx-mac-once.p12 practice "${one[@]}" -nomaciter
pfx pfx-once.p12 practice "${one[@]}" -noiter -nomaciter
pfx pfx-100000.p12 practice "${one[@]}" -iter 100000
pfx pfx-heavy.p12 practice "${one[@]}" -iter 500000 -macalg sha512
pfx pfx-plain-certificate.p12 practice "${one[@]}" -certpbe NONE
pfx pfx-plain-key.p12 practice "${one[@]}" -keypbe NONE
pfx pfx-chain.p12 practice "${one[@]}" -certfile "$scratch/authority.crt"
pfx pfx-accents.p12 'pâss wörd €' "${one[@]}"
pfx pfx-accents-legacy.p12 'pâss wörd €' "${one[@]}" -legacy
pfx pfx-empty-password.p12 '' "${one[@]}"
pfx pfx-empty-password-legacy.p12 '' "${one[@]}" -legacy
holder=of-p384 words='EC P-384' && pfx pfx-p384.p12 practice -inkey "$scratch/p384.pem" -in "$scratch/of-p384.crt"
holder=of-ed25519 words=Ed25519 && pfx pfx-ed25519.p12 practice -inkey "$scratch/ed25519.pem" -in "$scratch/of-ed25519.crt"
holder=of-rsa4096 words='RSA 4096' && pfx pfx-rsa4096.p12 practice -inkey "$scratch/rsa4096.pem" -in "$scratch/of-rsa4096.crt"
words='RSA 2048' holder=storm-practice
day='2026-11-01 ended' && pfx pfx-ended.p12 practice -inkey "$scratch/rsa2048.pem" -in "$scratch/ended.crt"
day='2026-12-15 soon' && pfx pfx-ends-soon.p12 practice -inkey "$scratch/rsa2048.pem" -in "$scratch/soon.crt"
day='' holder='' && pfx pfx-key-alone.p12 practice -inkey "$scratch/rsa2048.pem" -nocerts
# The command writes an empty password; some programs write none at all, which only the library does.
python3 - "$scratch/rsa2048.pem" "$scratch/long.crt" good/pfx-null-password.p12 <<'PYTHON'
import ctypes, ctypes.util, sys
lib = ctypes.CDLL(ctypes.util.find_library("crypto"))
for name in "BIO_new_file PEM_read_bio_PrivateKey PEM_read_bio_X509 PKCS12_create".split():
    getattr(lib, name).restype = ctypes.c_void_p
bio = lambda path, mode: ctypes.c_void_p(lib.BIO_new_file(path.encode(), mode))
key = ctypes.c_void_p(lib.PEM_read_bio_PrivateKey(bio(sys.argv[1], b"r"), None, None, None))
certificate = ctypes.c_void_p(lib.PEM_read_bio_X509(bio(sys.argv[2], b"r"), None, None, None))
made = lib.PKCS12_create(None, None, key, certificate, None, 146, 146, 2048, 2048, 0)
out = bio(sys.argv[3], b"w")
assert made and lib.i2d_PKCS12_bio(out, ctypes.c_void_p(made)) == 1
lib.BIO_free_all(out)
PYTHON
good pfx-null-password.p12 '' '' "$PF" 'RSA 2048' storm-practice 2036-01-01

cp "$scratch/p256.p8" good/apple.p8 && good apple.p8 AuthKey_2X9R4HXF34.p8 '' 'Apple key (.p8)' 'EC P-256' 2X9R4HXF34 ''
good apple.p8 'AuthKey_2X9R4HXF34 (1).p8' '' 'Apple key (.p8)' 'EC P-256' 2X9R4HXF34 ''
good apple.p8 SubscriptionKey_2X9R4HXF34.p8 '' 'Apple key (.p8)' 'EC P-256' 2X9R4HXF34 ''
good pkcs1-2048.pem storm-practice.2026-11-01.private-key.pem '' 'GitHub App key' 'RSA 2048' storm-practice ''
good pkcs8-rsa2048.pem rsa_key.p8 '' 'Snowflake key' 'RSA 2048' '' ''
good encrypted-aes256.pem rsa_key.p8 practice 'Snowflake key' 'RSA 2048' '' ''

id=AKIAIOSFODNN7EXAMPLE secret=wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY
CSV='AWS access key (CSV)' INI='AWS credentials file'
printf '\357\273\277Access key ID,Secret access key\r\n%s,%s\r\n' $id $secret >good/aws.csv && good aws.csv storm_accessKeys.csv '' "$CSV" '' $id ''
printf 'User name,Password,Access key ID,Secret access key,Console login link\nstorm,,%s,%s,https://123456789012.signin.aws.amazon.com/console\n' $id $secret >good/aws-older.csv && good aws-older.csv '' '' "$CSV" '' $id ''
printf '"User Name","Access Key Id","Secret Access Key"\n"storm, the second","%s","%s"\n' $id $secret >good/aws-quoted.csv && good aws-quoted.csv keys.txt '' "$CSV" '' $id ''
printf 'Access key ID,Secret access key\n%s,%s\nAKIAI44QH8DHBEXAMPLE,je7MtGbClwBF/2Zp9Utk/h3yCo8nvbEXAMPLEKEY\n' $id $secret >good/aws-two.csv && good aws-two.csv '' '' "$CSV" '' '' ''
printf '[default]\naws_access_key_id = %s\naws_secret_access_key = %s\n' $id $secret >good/aws-credentials && good aws-credentials credentials '' "$INI" '' $id ''
printf '# made by hand\n[storm]\r\nregion=eu-west-1\r\naws_access_key_id=%s\r\naws_secret_access_key=%s\r\naws_session_token=IQoJb3JpZ2luX2VjEXAMPLE==\r\n' $id $secret >good/aws-session && good aws-session '' '' "$INI" '' $id ''
printf '[default]\naws_access_key_id = %s\naws_secret_access_key = %s\n\n[reports]\naws_access_key_id = AKIAI44QH8DHBEXAMPLE\naws_secret_access_key = je7MtGbClwBF/2Zp9Utk/h3yCo8nvbEXAMPLEKEY\n\n[by-hand]\naws_access_key_id = ASIAIOSFODNN7EXAMPLE\naws_secret_access_key = %s\naws_session_token = IQoJb3JpZ2luX2VjEXAMPLE==\n' $id $secret $secret >good/aws-profiles && good aws-profiles credentials '' "$INI" '' '' ''
printf '[plain]\nregion = eu-west-1\n\n[profile storm]\naws_access_key_id = %s\naws_secret_access_key = %s\ns3 =\n  max_concurrent_requests = 20\n' $id $secret >good/aws-nested && good aws-nested config '' "$INI" '' $id ''
printf 'export AWS_ACCESS_KEY_ID=%s\nexport AWS_SECRET_ACCESS_KEY="%s"\n' $id $secret >good/aws.env && good aws.env .env '' "$INI" '' $id ''

python3 - "$scratch/rsa2048.p8" good <<'PYTHON'
import json, sys
key, folder = open(sys.argv[1]).read(), sys.argv[2]
account = {"type": "service_account", "project_id": "practice-project", "private_key_id": "0123456789abcdef", "private_key": key,
    "client_email": "etl@practice-project.iam.gserviceaccount.com", "client_id": "100000000000000000000",
    "auth_uri": "https://accounts.google.com/o/oauth2/auth", "token_uri": "https://oauth2.googleapis.com/token",
    "universe_domain": "googleapis.com"}
client = {"client_id": "1234-storm.apps.googleusercontent.com", "project_id": "practice-project", "client_secret": "GOCSPX-practice-secret-1234",
    "auth_uri": "https://accounts.google.com/o/oauth2/auth", "token_uri": "https://oauth2.googleapis.com/token", "redirect_uris": ["http://localhost"]}
write = lambda name, value, **how: open(f"{folder}/{name}", "w").write(json.dumps(value, **how))
write("google.json", account, indent=2)
write("google-one-line.json", account)
write("google-client-installed.json", {"installed": client}, indent=2)
write("google-client-web.json", {"web": client})
PYTHON
for name in google google-one-line; do good $name.json '' '' 'Google service account (JSON)' 'RSA 2048' etl@practice-project.iam.gserviceaccount.com ''; done
for name in installed web; do good google-client-$name.json client_secret.json '' 'Google OAuth client (JSON)' '' 1234-storm.apps.googleusercontent.com ''; done

config() { # users, as YAML; what else stands of the cluster
	printf 'apiVersion: v1\nkind: Config\ncurrent-context: practice\nclusters:\n- name: practice\n  cluster:\n    server: https://127.0.0.1:6443\n%scontexts:\n- name: practice\n  context: {cluster: practice, user: ada}\nusers:\n%s\n' "${2:-}" "$1"
}
ada() { # certificate, key
	printf -- '- name: ada\n  user:\n    client-certificate-data: %s\n    client-key-data: %s' "$(whole "$1")" "$(whole "$2")"
}
whole() { base64 -w0 "$1"; }
config "- name: ada
  user:
    client-certificate-data: $(whole "$scratch/long.crt")
    client-key-data: $(whole good/pkcs1-2048.pem)" >good/kube-certificate.yaml
config "- name: eve
  user: {token: not-this-one-at-all}
- name: ada
  user:
    client-certificate-data: $(whole "$scratch/of-p256.crt")
    client-key-data: $(whole good/sec1-p256.pem)" >good/kube-certificate-ec
signed="    certificate-authority-data: $(whole "$scratch/authority.crt")
"
config "$(ada "$scratch/long.crt" "$scratch/rsa2048.p8")" "$signed" >good/kube-certificate-authority.yaml
config "$(ada "$scratch/ended.crt" "$scratch/rsa2048.p8")" >good/kube-certificate-ended.yaml
config '- name: ada
  user:
    token: practice-token-0123456789' >good/kube-token.yaml
config '- name: ada
  user: {"token": "practice-token-0123456789"}' | sed '/^current-context/d' >good/kube-token-flow
printf '{"apiVersion":"v1","kind":"Config","clusters":[],"contexts":[],"users":[{"name":"ada","user":{"token":"practice-token-0123456789"}}]}' >good/kube.json
KC='Kubernetes configuration with a certificate' KT='Kubernetes configuration with a token'
good kube-certificate.yaml config '' "$KC" 'RSA 2048' storm-practice 2036-01-01
good kube-certificate-ec '' '' "$KC" 'EC P-256' of-p256 2036-01-01
good kube-certificate-authority.yaml '' '' "$KC" 'RSA 2048' storm-practice 2036-01-01
good kube-certificate-ended.yaml '' '' "$KC" 'RSA 2048' storm-practice '2026-11-01 ended'
for name in kube-token.yaml kube-token-flow kube.json; do good $name '' '' "$KT" '' ada ''; done

# --- hostile files: file, name when dropped, password, the reason's name
list=hostile/list.tsv
hostile() { printf '%s\t%s\t%s\t%s\n' "$1" "${2:-$1}" "$3" "$4" >>"$list"; }
cat "$scratch/rsa2048.p8" "$scratch/p256.p8" >hostile/two-keys.pem && hostile two-keys.pem '' '' SeveralKeys
q openssl pkey -in "$scratch/rsa2048.pem" -pubout -out hostile/public.pem && hostile public.pem '' '' PublicKey
q openssl pkey -in "$scratch/rsa2048.pem" -pubout -outform DER -out hostile/public.der && hostile public.der '' '' PublicKey
q openssl rsa -in "$scratch/rsa2048.pem" -RSAPublicKey_out -out hostile/public-pkcs1.pem && hostile public-pkcs1.pem '' '' PublicKey
cp "$scratch/long.crt" hostile/certificate.crt && hostile certificate.crt '' '' CertificateAlone
q openssl x509 -in "$scratch/long.crt" -outform DER -out hostile/certificate.cer && hostile certificate.cer '' '' CertificateAlone
cat "$scratch/long.crt" "$scratch/authority.crt" >hostile/certificates.pem && hostile certificates.pem '' '' CertificateAlone
cat "$scratch/authority.crt" "$scratch/rsa2048.p8" >hostile/certificate-of-another.pem && hostile certificate-of-another.pem '' '' CertificateOfAnotherKey
q openssl req -new -key "$scratch/rsa2048.pem" -subj /CN=x -out hostile/request.csr && hostile request.csr '' '' Unsupported
q openssl rsa -traditional -aes256 -passout pass:practice -in "$scratch/rsa2048.pem" -out hostile/dek-info.pem && hostile dek-info.pem '' practice Unsupported
q openssl rsa -traditional -des3 -passout pass:practice -in "$scratch/rsa2048.pem" -out hostile/dek-info-3des.pem && hostile dek-info-3des.pem '' practice Unsupported
q ssh-keygen -q -t ed25519 -N '' -C practice -f "$scratch/ssh" && cp "$scratch/ssh" hostile/openssh && cp "$scratch/ssh.pub" hostile/openssh.pub
hostile openssh id_ed25519 '' Unsupported && hostile openssh.pub id_ed25519.pub '' PublicKey
pkcs8 rsa1024 hostile/rsa-1024.pem && hostile rsa-1024.pem '' '' KeyTooShort
q openssl genpkey -algorithm RSA-PSS -pkeyopt rsa_keygen_bits:2048 -out hostile/rsa-pss.pem && hostile rsa-pss.pem '' '' KeyUnsupported
q openssl genpkey -algorithm ED448 -out hostile/ed448.pem && hostile ed448.pem '' '' KeyUnsupported
q openssl genpkey -algorithm X25519 -out hostile/x25519.pem && hostile x25519.pem '' '' KeyUnsupported
q openssl genpkey -algorithm EC -pkeyopt ec_paramgen_curve:brainpoolP256r1 -out hostile/brainpool.pem && hostile brainpool.pem '' '' KeyUnsupported
q openssl genpkey -genparam -algorithm DSA -pkeyopt dsa_paramgen_bits:2048 -out "$scratch/dsa" && q openssl genpkey -paramfile "$scratch/dsa" -out hostile/dsa.pem && hostile dsa.pem '' '' KeyUnsupported
q openssl ecparam -name prime256v1 -out hostile/parameters.pem && hostile parameters.pem '' '' SomethingElse
for name in encrypted-aes256.pem encrypted-scrypt.pem encrypted-3des.pem encrypted-pbe-3des.pem pfx-modern.p12 pfx-legacy.p12; do
	cp good/$name hostile/ && hostile $name '' wrong WrongPassword && hostile $name '' '' PasswordNeeded
done
q openssl pkcs12 -export -passout pass:practice "${one[@]}" -nomac -out hostile/no-mac.p12 && hostile no-mac.p12 '' practice Unsupported
q openssl pkcs12 -export -passout pass:practice -nokeys -in "$scratch/long.crt" -out hostile/no-key.p12 && hostile no-key.p12 '' practice NoKey
q openssl pkcs12 -export -passout pass:practice "${one[@]}" -keypbe AES-256-CBC -certpbe AES-256-CBC -iter 1500000 -out hostile/slow.p12 && hostile slow.p12 '' practice TooCostly
q openssl pkcs8 -topk8 -in "$scratch/p256.pem" -passout pass:practice -iter 5000000 -out hostile/slow.pem && hostile slow.pem '' practice TooCostly
q openssl pkcs8 -topk8 -in "$scratch/p256.pem" -passout pass:practice -v1 PBE-MD5-DES -provider default -provider legacy -out hostile/md5-des.pem && hostile md5-des.pem '' practice Unsupported
q openssl pkcs8 -topk8 -in "$scratch/p256.pem" -passout pass:practice -v2 camellia-256-cbc -out hostile/camellia.pem && hostile camellia.pem '' practice Unsupported
q openssl crl2pkcs7 -nocrl -certfile "$scratch/long.crt" -out hostile/bundle.p7b && hostile bundle.p7b '' '' CertificateAlone
q openssl cms -encrypt -in "$scratch/long.crt" -outform DER -out hostile/message.p7m "$scratch/long.crt" && hostile message.p7m '' '' Unsupported
q keytool -genkeypair -keystore hostile/java.jks -storetype JKS -storepass practice -keypass practice -alias x -dname CN=x -keyalg EC -noprompt && hostile java.jks '' practice Unsupported
printf 'PuTTY-User-Key-File-3: ssh-ed25519\nEncryption: none\nComment: x\n' >hostile/putty.ppk && hostile putty.ppk '' '' Unsupported
printf '%s\n' '-----BEGIN PRIVATE KEY-----' '!!!!' '-----END PRIVATE KEY-----' >hostile/no-base64.pem && hostile no-base64.pem '' '' Damaged
head -c 700 "$scratch/rsa2048.p8" >hostile/cut.pem && hostile cut.pem '' '' Truncated
head -c 900 good/pfx-modern.p12 >hostile/cut.p12 && hostile cut.p12 '' practice Truncated
head -c 600 good/pkcs8-rsa2048.der >hostile/cut.der && hostile cut.der '' '' Truncated
printf '\060\200\002\001\003\000\000' >hostile/indefinite.p12 && hostile indefinite.p12 '' '' Unsupported
printf 'Access key ID,Secret access key\n' >hostile/none.csv && hostile none.csv '' '' NoKey
printf 'Access key ID,Secret access key\nAKIAIOSFODNN7EXAMPLE\n' >hostile/short.csv && hostile short.csv '' '' Missing
printf 'Access key ID,Secret access key\n=cmd|calc,%s\n' $secret >hostile/formula.csv && hostile formula.csv '' '' NotUsable
printf '[a]\naws_access_key_id=%s\naws_secret_access_key=%s\n[b]\naws_access_key_id=%s\naws_secret_access_key=%s\n' $id $secret $id $secret >hostile/two-profiles && hostile two-profiles '' '' SeveralKeys
printf '[a]\naws_access_key_id=%s\naws_access_key_id=%s\naws_secret_access_key=%s\n' $id $id $secret >hostile/twice-in-profile && hostile twice-in-profile '' '' Repeated
printf '[a]\naws_access_key_id=%s\n' $id >hostile/half-profile && hostile half-profile '' '' Missing
printf '[a\naws_access_key_id=%s\naws_secret_access_key=%s\n[b]\naws_access_key_id=%s\naws_secret_access_key=%s\n' $id $secret $id $secret >hostile/open-section && hostile open-section '' '' Damaged
printf '[a]\ncredential_process=/bin/sh -c id\n' >hostile/program-profile && hostile program-profile '' '' Unsupported
config '- name: ada
  user:
    exec: {apiVersion: client.authentication.k8s.io/v1, command: /bin/sh}' >hostile/kube-program.yaml && hostile kube-program.yaml '' '' Unsupported
config '- name: ada
  user: {client-certificate: /etc/a.crt, client-key: /etc/a.key}' >hostile/kube-paths.yaml && hostile kube-paths.yaml '' '' Unsupported
config '- name: ada
  user: {tokenFile: /etc/shadow}' >hostile/kube-token-file.yaml && hostile kube-token-file.yaml '' '' Unsupported
config '- name: ada
  user: {auth-provider: {name: oidc}}' >hostile/kube-provider.yaml && hostile kube-provider.yaml '' '' Unsupported
config '- name: ada
  user: {username: ada, password: practice}' >hostile/kube-password.yaml && hostile kube-password.yaml '' '' Unsupported
config '- name: eve
  user: {token: practice-token-0123456789}' >hostile/kube-no-user.yaml && hostile kube-no-user.yaml '' '' NoKey
config "- name: ada
  user:
    client-certificate-data: $(whole "$scratch/long.crt")
    client-key-data: $(whole "$scratch/p256.p8")" >hostile/kube-another-key.yaml && hostile kube-another-key.yaml '' '' CertificateOfAnotherKey
config "$(ada "$scratch/long.crt" "$scratch/rsa2048.p8")
- name: eve
  user: {token: practice-token-0123456789}" | sed '/^current-context/d' >hostile/kube-two-users.yaml && hostile kube-two-users.yaml '' '' SeveralKeys
config "$(ada "$scratch/long.crt" "$scratch/rsa2048.p8")
    exec: {apiVersion: client.authentication.k8s.io/v1, command: /bin/sh}" >hostile/kube-program-beside.yaml && hostile kube-program-beside.yaml '' '' Unsupported
authority() { # name, the member as YAML, reason
	config "$(ada "$scratch/long.crt" "$scratch/rsa2048.p8")" "    $2
" >"hostile/$1" && hostile "$1" '' '' "$3"
}
authority kube-authority.yaml "certificate-authority-data: $(printf 'no certificate' | base64 -w0)" NotUsable
authority kube-authority-key.yaml "certificate-authority-data: $(cat "$scratch/authority.crt" "$scratch/rsa2048.p8" | base64 -w0)" NotUsable
authority kube-authority-path.yaml 'certificate-authority: /etc/shadow' Unsupported
config "- name: ada
  user:
    client-certificate-data: $(whole "$scratch/long.crt")
    client-key-data: no-base64!" >hostile/kube-garbled-key.yaml && hostile kube-garbled-key.yaml '' '' NotUsable
{ printf 'apiVersion: v1\nclusters: []\na: &a [x,x,x,x,x,x,x,x,x]\n'; previous=a
	for next in b c d e f g h i; do printf '%s: &%s [%s]\n' $next $next "*$previous,*$previous,*$previous,*$previous,*$previous,*$previous,*$previous,*$previous,*$previous"; previous=$next; done
	printf 'users: *i\n'; } >hostile/kube-laughs.yaml && hostile kube-laughs.yaml '' '' Damaged
printf '[InternetShortcut]\r\nURL=https://console.example/keys\r\n' >hostile/link.url && hostile link.url '' '' SomethingElse
printf '<?xml version="1.0" encoding="UTF-8"?>\n<!DOCTYPE plist PUBLIC "-//Apple//DTD PLIST 1.0//EN" "http://www.apple.com/DTDs/PropertyList-1.0.dtd">\n<plist version="1.0"><dict><key>URL</key><string>https://console.example/keys</string></dict></plist>\n' >hostile/link.webloc && hostile link.webloc '' '' SomethingElse
printf 'bplist00\321\001\002SURL_\020\024https://x.example/k\010\013\017' >hostile/binary.webloc && hostile binary.webloc '' '' SomethingElse
printf 'L\000\000\000\001\024\002\000\000\000\000\000\300\000\000\000\000\000\000F\233\000\010\000' >hostile/shortcut.lnk && hostile shortcut.lnk '' '' SomethingElse
printf '[Desktop Entry]\nType=Link\nURL=file:///etc/shadow\n' >hostile/link.desktop && hostile link.desktop '' '' SomethingElse
printf '{"type":"external_account","credential_source":{"executable":{"command":"/bin/sh"}}}' >hostile/external.json && hostile external.json '' '' KeyFile
printf '{"type":"external_account","credential_source":{"url":"http://169.254.169.254/"}}' >hostile/external-url.json && hostile external-url.json '' '' KeyFile
printf '{"type":"authorized_user","refresh_token":"x"}' >hostile/user.json && hostile user.json '' '' KeyFile
printf '{"name":"x","version":"1.0.0","dependencies":{}}' >hostile/package.json && hostile package.json '' '' SomethingElse
printf '{"installed":{"client_id":"x.apps.googleusercontent.com"}}' >hostile/client-without-secret.json && hostile client-without-secret.json '' '' Missing
printf '{"installed":{"client_id":"a","client_secret":"b"},"web":{"client_id":"c","client_secret":"d"}}' >hostile/two-clients.json && hostile two-clients.json '' '' SeveralKeys
printf '{"web":{"client_id":5,"client_secret":"b"}}' >hostile/client-number.json && hostile client-number.json '' '' NotText
printf '{"web":[]}' >hostile/client-list.json && hostile client-list.json '' '' Damaged
# Numbers that openssl refuses to make: e = 1, and a scrypt cost and a depth that only a forger would write.
python3 - "$scratch" hostile <<'PYTHON'
import base64, subprocess, sys
scratch, folder = sys.argv[1:]
def length(n):
    if n < 128: return bytes([n])
    body = n.to_bytes((n.bit_length() + 7) // 8, "big")
    return bytes([0x80 | len(body)]) + body
tlv = lambda tag, value: bytes([tag]) + length(len(value)) + value
seq = lambda *parts: tlv(0x30, b"".join(parts))
octets = lambda value: tlv(4, value)
integer = lambda n: tlv(2, n.to_bytes(n.bit_length() // 8 + 1, "big"))
oid = lambda text: tlv(6, bytes.fromhex(text))
def pem(name, label, der):
    body = base64.encodebytes(der).decode()
    open(f"{folder}/{name}", "w").write(f"-----BEGIN {label}-----\n{body}-----END {label}-----\n")
RSA = seq(oid("2a864886f70d010101"), b"\x05\x00")
pkcs8 = lambda n, e, d, p, q: seq(integer(0), RSA, octets(seq(integer(0), *map(integer, (n, e, d, p, q, d % (p - 1), d % (q - 1), pow(q, -1, p))))))
text = subprocess.run(["openssl", "rsa", "-in", f"{scratch}/rsa2048.pem", "-noout", "-text"], capture_output=True, text=True, check=True).stdout
def number(name):
    after = text.split(name + ":", 1)[1]
    digits = []
    for line in after.splitlines()[1:]:
        if not line.startswith("    "): break
        digits.append(line.strip().replace(":", ""))
    return int("".join(digits), 16)
n, d, p, q = (number(name) for name in ("modulus", "privateExponent", "prime1", "prime2"))
pem("rsa-e-1.pem", "PRIVATE KEY", pkcs8(n, 1, 1, p, q))
pem("rsa-e-even.pem", "PRIVATE KEY", pkcs8(n, 65536, d, p, q))
pem("rsa-n-even.pem", "PRIVATE KEY", pkcs8(n - 1, 65537, d, p, q))
pem("rsa-n-not-p-q.pem", "PRIVATE KEY", pkcs8(n + 2, 65537, d, p, q))
AES = seq(oid("60864801650304012a"), octets(bytes(16)))
PBES2 = oid("2a864886f70d01050d")
scrypt = lambda cost, size, lanes: seq(PBES2, seq(seq(oid("2b06010401da47040b"), seq(octets(bytes(16)), integer(cost), integer(size), integer(lanes))), AES))
pbkdf2 = lambda rounds, salt=bytes(16): seq(PBES2, seq(seq(oid("2a864886f70d01050c"), seq(octets(salt), integer(rounds))), AES))
enc = lambda algorithm: seq(algorithm, octets(bytes(16)))
pem("scrypt-2-30.pem", "ENCRYPTED PRIVATE KEY", enc(scrypt(1 << 30, 8, 1)))
pem("scrypt-64-mib.pem", "ENCRYPTED PRIVATE KEY", enc(scrypt(1 << 16, 8, 1)))
pem("scrypt-lanes.pem", "ENCRYPTED PRIVATE KEY", enc(scrypt(1 << 14, 8, 60000)))
pem("scrypt-2-63.pem", "ENCRYPTED PRIVATE KEY", enc(scrypt(1 << 63, 65535, 65535)))
pem("scrypt-0.pem", "ENCRYPTED PRIVATE KEY", enc(scrypt(0, 0, 0)))
pem("pbkdf2-2-31.pem", "ENCRYPTED PRIVATE KEY", enc(pbkdf2((1 << 31) - 1)))
pem("pbkdf2-2-63.pem", "ENCRYPTED PRIVATE KEY", enc(pbkdf2(1 << 63)))
pem("pbkdf2-0.pem", "ENCRYPTED PRIVATE KEY", enc(pbkdf2(0)))
pem("pbkdf2-long-salt.pem", "ENCRYPTED PRIVATE KEY", enc(pbkdf2(2048, bytes(5000))))
DATA = oid("2a864886f70d010701")
explicit = lambda value: tlv(0xA0, value)
mac = lambda rounds: seq(seq(seq(oid("608648016503040201"), b"\x05\x00"), octets(bytes(32))), octets(bytes(8)), integer(rounds))
def pfx(name, safes, rounds=2048):
    whole = seq(integer(3), seq(DATA, explicit(octets(seq(*safes)))), mac(rounds))
    open(f"{folder}/{name}", "wb").write(whole)
bag = lambda rounds: seq(oid("2a864886f70d010c0a0102"), explicit(enc(pbkdf2(rounds))))
plain = lambda bags: seq(DATA, explicit(octets(seq(*bags))))
pfx("pfx-1000-bags.p12", [plain([bag(1000000)] * 1000)])
pfx("pfx-1000-light-bags.p12", [plain([bag(10000)] * 1000)])
pfx("pfx-1200-bags.p12", [plain([bag(1)] * 1200)])
pfx("pfx-mac-2-31.p12", [plain([bag(1)])], (1 << 31) - 1)
pfx("pfx-mac-0.p12", [plain([bag(1)])], 0)
pfx("pfx-1000-safes.p12", [seq(oid("2a864886f70d010706"), explicit(seq(integer(0), seq(DATA, pbkdf2(1000000), tlv(0x80, bytes(64))))))] * 1000)
nested = octets(b"")
for _ in range(10000): nested = seq(nested)
open(f"{folder}/nested.der", "wb").write(nested)
open(f"{folder}/nested.p12", "wb").write(seq(integer(3), seq(DATA, explicit(octets(nested)))))
bags = seq()
for _ in range(2000): bags = seq(seq(oid("2a864886f70d010c0a0106"), explicit(bags)))
pfx("pfx-nested-bags.p12", [seq(DATA, explicit(octets(bags)))])
open(f"{folder}/ones.bin", "wb").write(b"\xff" * 4096)
PYTHON
for name in rsa-e-1 rsa-e-even rsa-n-even rsa-n-not-p-q; do hostile $name.pem '' '' Damaged; done
for name in scrypt-2-30 scrypt-64-mib scrypt-lanes scrypt-2-63 pbkdf2-2-31 pbkdf2-2-63; do hostile $name.pem '' practice TooCostly; done
for name in scrypt-0 pbkdf2-0; do hostile $name.pem '' practice Damaged; done
hostile pbkdf2-long-salt.pem '' practice Damaged
for name in 1000-bags 1000-light-bags 1200-bags mac-2-31 1000-safes; do hostile pfx-$name.p12 '' practice TooCostly; done
hostile pfx-mac-0.p12 '' practice Damaged
hostile nested.der '' '' SomethingElse
hostile nested.p12 '' practice Unsupported
hostile pfx-nested-bags.p12 '' practice Unsupported
hostile ones.bin '' '' SomethingElse
echo "good: $(wc -l <good/list.tsv), hostile: $(wc -l <hostile/list.tsv)"
