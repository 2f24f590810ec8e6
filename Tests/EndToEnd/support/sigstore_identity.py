"""Makes what a Fulcio authority, a Rekor log and a signer would: keys and certificates in a directory, and an attachment
of an image in a directory.

    sigstore_identity.py authorities PLACE
    sigstore_identity.py sign PLACE IMAGE NAME [email=ADDRESS] [issuer=URL] [age=SECONDS] [usage=NAME] [logged=key]
        [spoil=PART]

    sigstore_identity.py bundle KEY MANIFEST LAYOUT
        a layout whose image `referrers` is the list with one referrer: a bundle, as cosign 3 makes it, with a signature
        of the manifest in a file by the key in KEY.key

Everything is done with openssl. IMAGE is a `dir:` directory; its signature-1 is written. `age` is how long ago the log
made its entry; the certificate is valid for ten minutes around the moment of signing, minus `age`. The log's entry is for the certificate, or for the key. `spoil` breaks one
part: entry, promise, chain or certificate.
"""
import base64
import hashlib
import json
import os
import subprocess
import sys
import time

PAYLOAD = "application/vnd.dev.cosign.simplesigning.v1+json"


def openssl(*words, data=None):
    return subprocess.run(["openssl", *words], input=data, capture_output=True, check=True).stdout


def key(path):
    openssl("ecparam", "-name", "prime256v1", "-genkey", "-noout", "-out", path + ".key")
    openssl("pkey", "-in", path + ".key", "-pubout", "-out", path + ".pub")


def certificate(path, subject, extensions, signer=None, days=("19700101000000Z", "20991231235959Z")):
    """Signed by another certificate, or by itself."""
    key(path)
    with open(path + ".cnf", "w") as file:
        file.write("[ca]\ndefault_ca=d\n[d]\ndatabase=%s.db\nserial=%s.serial\nnew_certs_dir=%s\ndefault_md=sha256\n"
                   "policy=p\nunique_subject=no\n[p]\ncommonName=optional\n[req]\ndistinguished_name=n\n[n]\n[x]\n%s\n"
                   % (path, path, os.path.dirname(path), extensions))
    open(path + ".db", "w").close()
    with open(path + ".serial", "w") as file:
        file.write("%016x\n" % (time.time_ns() & ((1 << 60) - 1)))
    openssl("req", "-new", "-key", path + ".key", "-subj", subject, "-config", path + ".cnf", "-out", path + ".csr")
    own = ["-selfsign", "-keyfile", path + ".key"] if signer is None else [
        "-cert", signer + ".pem", "-keyfile", signer + ".key"]
    openssl("ca", "-batch", "-notext", "-config", path + ".cnf", "-extensions", "x", "-startdate", days[0], "-enddate",
            days[1], "-in", path + ".csr", "-out", path + ".pem", *own)


def authorities(place):
    authority = "basicConstraints=critical,CA:true\nkeyUsage=critical,keyCertSign,cRLSign"
    certificate(place + "/root", "/CN=root", authority)
    certificate(place + "/middle", "/CN=middle", authority + "\nextendedKeyUsage=codeSigning", place + "/root")
    certificate(place + "/stranger", "/CN=root", authority)
    key(place + "/log")
    key(place + "/other-log")


def moment(seconds):
    return time.strftime("%Y%m%d%H%M%SZ", time.gmtime(seconds))


def sign(place, image, name, email="signer@example.com", issuer="https://issuer.example", age="0",
         usage="codeSigning", logged="", spoil=""):
    with open(image + "/manifest.json", "rb") as file:
        digest = hashlib.sha256(file.read()).hexdigest()
    payload = json.dumps({
        "critical": {"identity": {"docker-reference": name}, "image": {"docker-manifest-digest": "sha256:" + digest},
                     "type": "cosign container image signature"}, "optional": None}).encode()
    now = int(time.time()) - int(age)
    leaf = place + "/leaf"
    certificate(
        leaf, "/", "keyUsage=critical,digitalSignature\nextendedKeyUsage=%s\nsubjectAltName=critical,email:%s,"
        "DNS:*.example.com\n1.3.6.1.4.1.57264.1.8=ASN1:UTF8String:%s" % (usage, email, issuer), place + "/middle",
        (moment(now - 300), moment(now + 300)))
    with open(leaf + ".pem") as file:
        pem = file.read()
    with open(place + "/middle.pem") as file, open(place + "/root.pem") as root:
        chain = file.read() + root.read()
    with open(leaf + ".pub") as file:
        signer = file.read() if logged == "key" else pem
    signature = openssl("dgst", "-sha256", "-sign", leaf + ".key", data=payload)
    body = json.dumps({
        "apiVersion": "0.0.1", "kind": "hashedrekord",
        "spec": {"data": {"hash": {"algorithm": "sha256", "value": hashlib.sha256(
            b"other" if spoil == "entry" else payload).hexdigest()}},
            "signature": {"content": base64.b64encode(signature).decode(),
                          "publicKey": {"content": base64.b64encode(signer.encode()).decode()}}}})
    entry = {"body": base64.b64encode(body.encode()).decode(), "integratedTime": now, "logID": "00" * 32,
             "logIndex": 17}
    canonical = json.dumps(entry, sort_keys=True, separators=(",", ":")).encode()
    promise = openssl("dgst", "-sha256", "-sign", place + "/log.key", data=canonical)
    if spoil == "promise":
        entry["integratedTime"] += 1
    annotations = {
        "dev.cosignproject.cosign/signature": base64.b64encode(signature).decode(),
        "dev.sigstore.cosign/certificate": pem, "dev.sigstore.cosign/chain": chain,
        "dev.sigstore.cosign/bundle": json.dumps(
            {"SignedEntryTimestamp": base64.b64encode(promise).decode(), "Payload": entry})}
    if spoil == "chain":
        del annotations["dev.sigstore.cosign/chain"]
    if spoil == "certificate":
        del annotations["dev.sigstore.cosign/certificate"]
    with open(image + "/signature-1", "wb") as file:
        file.write(b"\0sigstore-json\n" + json.dumps({
            "mimeType": PAYLOAD, "payload": base64.b64encode(payload).decode(), "annotations": annotations}).encode())


def bundle(own, manifest, layout):
    def put(content):
        digest = hashlib.sha256(content).hexdigest()
        with open(layout + "/blobs/sha256/" + digest, "wb") as file:
            file.write(content)
        return {"digest": "sha256:" + digest, "size": len(content)}

    with open(manifest, "rb") as file:
        signed = file.read()
    kind = "application/vnd.in-toto+json"
    payload = json.dumps({
        "_type": "https://in-toto.io/Statement/v1", "predicateType": "https://sigstore.dev/cosign/sign/v1",
        "subject": [{"digest": {"sha256": hashlib.sha256(signed).hexdigest()}}], "predicate": {}}).encode()
    signature = openssl("dgst", "-sha256", "-sign", own + ".key",
                        data=b"DSSEv1 %d %s %d " % (len(kind), kind.encode(), len(payload)) + payload)
    media = "application/vnd.dev.sigstore.bundle.v0.3+json"
    content = json.dumps({
        "mediaType": media, "verificationMaterial": {"publicKey": {"hint": ""}},
        "dsseEnvelope": {"payload": base64.b64encode(payload).decode(), "payloadType": kind,
                         "signatures": [{"sig": base64.b64encode(signature).decode()}]}}).encode()
    os.makedirs(layout + "/blobs/sha256")
    manifest_type = "application/vnd.oci.image.manifest.v1+json"
    index_type = "application/vnd.oci.image.index.v1+json"
    artifact = put(json.dumps({
        "schemaVersion": 2, "mediaType": manifest_type, "artifactType": media,
        "config": {"mediaType": "application/vnd.oci.empty.v1+json", **put(b"{}")},
        "layers": [{"mediaType": media, **put(content)}],
        "subject": {"mediaType": manifest_type, "digest": "sha256:" + hashlib.sha256(signed).hexdigest(),
                    "size": len(signed)}}).encode())
    index = put(json.dumps({
        "schemaVersion": 2, "mediaType": index_type,
        "manifests": [{"mediaType": manifest_type, "artifactType": media, **artifact}]}).encode())
    with open(layout + "/index.json", "w") as file:
        json.dump({"schemaVersion": 2, "manifests": [{
            "mediaType": index_type, **index,
            "annotations": {"org.opencontainers.image.ref.name": "referrers"}}]}, file)
    with open(layout + "/oci-layout", "w") as file:
        file.write('{"imageLayoutVersion": "1.0.0"}')


if sys.argv[1] == "authorities":
    authorities(sys.argv[2])
elif sys.argv[1] == "bundle":
    bundle(*sys.argv[2:5])
else:
    sign(*sys.argv[2:5], **dict(word.split("=", 1) for word in sys.argv[5:]))
