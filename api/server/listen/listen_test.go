package listen_test

import (
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/tls"
	"crypto/x509"
	"encoding/pem"
	"errors"
	"io"
	"log/slog"
	"math/big"
	"net"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"example.com/oxgroups/api/server/listen"
)

func TestResolve(t *testing.T) {
	for text, want := range map[string]struct {
		network  string
		loopback bool
	}{
		"127.0.0.1:80": {"tcp", true}, "[::1]:80": {"tcp", true}, "localhost:80": {"tcp", true}, "0.0.0.0:80": {"tcp", false},
		":80": {"tcp", false}, "192.0.2.1:0": {"tcp", false}, "unix:/run/x.sock": {"unix", true},
	} {
		a, err := listen.Resolve(text)
		if err != nil || a.Network() != want.network || listen.IsLoopback(a) != want.loopback {
			t.Errorf("%s: got %v, %v", text, a, err)
		}
	}
	for _, text := range []string{"nonsense", "unix:", "127.0.0.1", "1.2.3.4:port"} {
		if _, err := listen.Resolve(text); !errors.Is(err, listen.ErrAddress) {
			t.Errorf("%s: got %v", text, err)
		}
	}
}

func TestUnixSocket(t *testing.T) {
	path := filepath.Join(t.TempDir(), "s")
	address, err := listen.Resolve("unix:" + path)
	if err != nil {
		t.Fatal(err)
	}
	first, err := listen.Open(address)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := listen.Open(address); err == nil || !strings.Contains(err.Error(), "another process listens") {
		t.Errorf("a socket that is in use: %v", err)
	}
	first.(*net.UnixListener).SetUnlinkOnClose(false) // as by a process that was killed
	first.Close()
	again, err := listen.Open(address)
	if err != nil {
		t.Fatalf("a socket that was left behind: %v", err)
	}
	again.Close()
	if err := os.WriteFile(path, []byte("data"), 0o600); err != nil {
		t.Fatal(err)
	}
	if _, err := listen.Open(address); err == nil {
		t.Error("a file was replaced")
	}
}

// writePair writes a new certificate for localhost and its key, and returns the certificate.
func writePair(t *testing.T, dir string, serial int64) *x509.Certificate {
	t.Helper()
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	template := &x509.Certificate{
		SerialNumber: big.NewInt(serial), NotAfter: time.Now().Add(time.Hour), DNSNames: []string{"localhost"},
		IsCA: true, BasicConstraintsValid: true, KeyUsage: x509.KeyUsageCertSign | x509.KeyUsageDigitalSignature,
	}
	der, err := x509.CreateCertificate(rand.Reader, template, template, key.Public(), key)
	if err != nil {
		t.Fatal(err)
	}
	keyDER, err := x509.MarshalPKCS8PrivateKey(key)
	if err != nil {
		t.Fatal(err)
	}
	for name, block := range map[string]*pem.Block{"cert": {Type: "CERTIFICATE", Bytes: der}, "key": {Type: "PRIVATE KEY", Bytes: keyDER}} {
		if err := os.WriteFile(filepath.Join(dir, name), pem.EncodeToMemory(block), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	cert, err := x509.ParseCertificate(der)
	if err != nil {
		t.Fatal(err)
	}
	return cert
}

func quiet() *slog.Logger { return slog.New(slog.DiscardHandler) }

// handshake returns the serial number of the certificate that a server shows.
func handshake(t *testing.T, server, client *tls.Config) (int64, error) {
	t.Helper()
	a, b := net.Pipe()
	defer a.Close()
	defer b.Close()
	ended := make(chan error, 1)
	go func() {
		defer a.Close()
		ended <- tls.Server(a, server).Handshake()
	}()
	c := tls.Client(b, client)
	err := c.Handshake()
	if err == nil {
		_, _ = io.Copy(io.Discard, c) // the server ends it
	} else {
		b.Close()
	}
	if serverErr := <-ended; serverErr != nil {
		return 0, serverErr
	}
	if err != nil {
		return 0, err
	}
	return c.ConnectionState().PeerCertificates[0].SerialNumber.Int64(), nil
}

func TestCertificate(t *testing.T) {
	dir := t.TempDir()
	cert, key := filepath.Join(dir, "cert"), filepath.Join(dir, "key")
	if _, err := listen.LoadCertificate(cert, key, quiet()); !errors.Is(err, os.ErrNotExist) {
		t.Errorf("no files: %v", err)
	}
	writePair(t, dir, 1)
	c, err := listen.LoadCertificate(cert, key, quiet())
	if err != nil {
		t.Fatal(err)
	}
	config, err := c.Config("")
	if err != nil {
		t.Fatal(err)
	}
	insecure := &tls.Config{InsecureSkipVerify: true}
	if serial, err := handshake(t, config, insecure); serial != 1 || err != nil {
		t.Errorf("got %d, %v", serial, err)
	}
	if _, err := handshake(t, config, &tls.Config{InsecureSkipVerify: true, MaxVersion: tls.VersionTLS11}); err == nil {
		t.Error("TLS 1.1 is spoken")
	}
	if err := os.WriteFile(cert, []byte("half"), 0o600); err != nil {
		t.Fatal(err)
	}
	if c.Reload() == nil {
		t.Error("half a certificate is taken")
	}
	if serial, err := handshake(t, config, insecure); serial != 1 || err != nil {
		t.Errorf("after half a change: %d, %v", serial, err)
	}
	writePair(t, dir, 2)
	if err := c.Reload(); err != nil {
		t.Fatal(err)
	}
	if serial, err := handshake(t, config, insecure); serial != 2 || err != nil {
		t.Errorf("after the change: %d, %v", serial, err)
	}
}

func TestClientCertificates(t *testing.T) {
	dir, authority, stranger := t.TempDir(), t.TempDir(), t.TempDir()
	writePair(t, dir, 1)
	writePair(t, authority, 2)
	writePair(t, stranger, 3)
	c, err := listen.LoadCertificate(filepath.Join(dir, "cert"), filepath.Join(dir, "key"), quiet())
	if err != nil {
		t.Fatal(err)
	}
	config, err := c.Config(filepath.Join(authority, "cert"))
	if err != nil {
		t.Fatal(err)
	}
	with := func(dir string) *tls.Config {
		pair, err := tls.LoadX509KeyPair(filepath.Join(dir, "cert"), filepath.Join(dir, "key"))
		if err != nil {
			t.Fatal(err)
		}
		return &tls.Config{InsecureSkipVerify: true, Certificates: []tls.Certificate{pair}, MaxVersion: tls.VersionTLS12}
	}
	if _, err := handshake(t, config, with(authority)); err != nil {
		t.Errorf("a client of the authority: %v", err)
	}
	if _, err := handshake(t, config, with(stranger)); err == nil {
		t.Error("a client of another authority is taken")
	}
	if _, err := handshake(t, config, &tls.Config{InsecureSkipVerify: true, MaxVersion: tls.VersionTLS12}); err == nil {
		t.Error("a client without a certificate is taken")
	}
	if _, err := c.Config(filepath.Join(dir, "key")); err == nil {
		t.Error("a file without a certificate is taken")
	}
}
