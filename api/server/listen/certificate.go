package listen

import (
	"crypto/tls"
	"crypto/x509"
	"errors"
	"fmt"
	"log/slog"
	"os"
	"sync"
	"time"
)

// checkEvery is how often the files of a certificate are looked at, at most.
const checkEvery = time.Second

// Certificate is a certificate and its key in files that may be replaced while they are in use. It is safe for
// concurrent use.
type Certificate struct {
	certFile, keyFile string
	log               *slog.Logger

	mu      sync.Mutex
	loaded  *tls.Certificate
	changed [2]time.Time // when the files were modified
	checked time.Time
}

// LoadCertificate reads the files, in PEM.
func LoadCertificate(certFile, keyFile string, log *slog.Logger) (*Certificate, error) {
	c := &Certificate{certFile: certFile, keyFile: keyFile, log: log}
	if err := c.Reload(); err != nil {
		return nil, err
	}
	return c, nil
}

// Reload reads the files now. Where that fails the certificate that is in use stays.
func (c *Certificate) Reload() error {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.reload()
}

func (c *Certificate) reload() error {
	changed, err := c.modified()
	if err != nil {
		return fmt.Errorf("certificate: %w", err)
	}
	loaded, err := tls.LoadX509KeyPair(c.certFile, c.keyFile)
	if err != nil {
		return fmt.Errorf("certificate %s with key %s: %w", c.certFile, c.keyFile, err)
	}
	c.loaded, c.changed, c.checked = &loaded, changed, time.Now()
	return nil
}

func (c *Certificate) modified() (changed [2]time.Time, err error) {
	for i, name := range []string{c.certFile, c.keyFile} {
		info, err := os.Stat(name)
		if err != nil {
			return changed, err
		}
		changed[i] = info.ModTime()
	}
	return changed, nil
}

// get returns the certificate, read again if its files have changed.
func (c *Certificate) get(*tls.ClientHelloInfo) (*tls.Certificate, error) {
	c.mu.Lock()
	defer c.mu.Unlock()
	if time.Since(c.checked) >= checkEvery {
		c.checked = time.Now()
		if changed, err := c.modified(); err != nil || changed != c.changed {
			if err := c.reload(); err != nil { // half of a pair may be new: it is tried again
				c.log.Error("the certificate was not reloaded", slog.String("cause", err.Error()))
			} else {
				c.log.Info("the certificate was reloaded")
			}
		}
	}
	return c.loaded, nil
}

// Config returns the configuration of a server with the certificate: TLS 1.2 or better. If clientCA names a file, clients
// need a certificate of one of its authorities.
func (c *Certificate) Config(clientCA string) (*tls.Config, error) {
	config := &tls.Config{MinVersion: tls.VersionTLS12, GetCertificate: c.get}
	if clientCA == "" {
		return config, nil
	}
	pem, err := os.ReadFile(clientCA)
	if err != nil {
		return nil, fmt.Errorf("authorities of clients: %w", err)
	}
	config.ClientCAs, config.ClientAuth = x509.NewCertPool(), tls.RequireAndVerifyClientCert
	if !config.ClientCAs.AppendCertsFromPEM(pem) {
		return nil, errors.New("authorities of clients: there is no certificate in " + clientCA)
	}
	return config, nil
}
