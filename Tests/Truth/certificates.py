"""The certificates of the far server, made by the openssl command."""

import os
import time

from processes import run

NAME = "host.truth.test"
DAY = 86_400

CONFIGURATION = """
[ca]
default_ca = authority
[authority]
dir = {folder}
database = {folder}/index.txt
new_certs_dir = {folder}
rand_serial = yes
unique_subject = no
default_md = sha256
policy = any
[any]
commonName = supplied
[req]
distinguished_name = any_name
prompt = no
[any_name]
commonName = unused
[root]
basicConstraints = critical, CA:true
keyUsage = critical, keyCertSign, cRLSign
subjectKeyIdentifier = hash
[leaf]
basicConstraints = critical, CA:false
keyUsage = critical, digitalSignature
extendedKeyUsage = serverAuth
subjectKeyIdentifier = hash
subjectAltName = DNS:{name}
[other]
basicConstraints = critical, CA:false
keyUsage = critical, digitalSignature
extendedKeyUsage = serverAuth
subjectKeyIdentifier = hash
subjectAltName = DNS:elsewhere.truth.test
"""


class Authority:
    """A folder of keys and certificates."""

    def __init__(self, folder):
        self.folder = folder
        os.makedirs(folder, exist_ok=True)
        with open(self.path("openssl.cnf"), "w") as file:
            file.write(CONFIGURATION.format(folder=folder, name=NAME))
        open(self.path("index.txt"), "w").close()
        for root in ("root", "stranger"):
            self.issue(root, f"Truth {root}", "root", None)
        self.issue("middle", "Truth middle", "root", "root")
        self.issue("good", NAME, "leaf", "root")
        self.issue("expired", NAME, "leaf", "root", first=-30, last=-1)
        self.issue("early", NAME, "leaf", "root", first=5, last=30)
        self.issue("wrong-name", "elsewhere.truth.test", "other", "root")
        self.issue("self-signed", NAME, "leaf", None)
        self.issue("untrusted", NAME, "leaf", "stranger", chain=["stranger"])
        self.issue("lone", NAME, "leaf", "stranger")
        self.issue("incomplete", NAME, "leaf", "middle")
        self.issue("complete", NAME, "leaf", "middle", chain=["middle"])

    def path(self, name):
        return os.path.join(self.folder, name)

    def issue(self, name, subject, kind, issuer, first=-30, last=300, chain=()):
        """Make a key and a certificate, valid from one day to another from now; by itself where nobody issues it."""
        key, request, certificate = (self.path(name + end) for end in (".key", ".csr", ".pem"))
        configuration = self.path("openssl.cnf")
        run(["openssl", "ecparam", "-genkey", "-name", "prime256v1", "-noout", "-out", key])
        run(["openssl", "req", "-new", "-config", configuration, "-key", key, "-subj", f"/CN={subject}", "-out", request])
        signer = (
            ["-cert", self.path(issuer + ".pem"), "-keyfile", self.path(issuer + ".key")] if issuer
            else ["-selfsign", "-keyfile", key])
        dates = [time.strftime("%Y%m%d%H%M%SZ", time.gmtime(time.time() + day * DAY)) for day in (first, last)]
        run([
            "openssl", "ca", "-batch", "-notext", "-config", configuration, "-extensions", kind, *signer,
            "-startdate", dates[0], "-enddate", dates[1], "-in", request, "-out", certificate])
        with open(self.path(name + ".chain"), "w") as file:
            for part in [name, *chain]:
                with open(self.path(part + ".pem")) as one:
                    file.write(one.read())


def make(folder):
    Authority(folder)
