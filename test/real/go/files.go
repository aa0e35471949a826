package main

import (
	"encoding/json"
	"os"
	"path/filepath"
)

// files are the paths of what the parts need to know each other.
type files struct {
	url            string
	ca             string
	serving        keyPair
	serviceAccount string // the private key that signs tokens
	kubeconfig     string
}

type keyPair struct {
	certificate string
	key         string
}

// prepareFiles makes the certificates of a new cluster, or names those of an old one: whoever logged in before a restart can do so after it.
func prepareFiles(dir, url string) (files, error) {
	made := files{
		url:            url,
		ca:             filepath.Join(dir, "ca.crt"),
		serving:        keyPair{filepath.Join(dir, "server.crt"), filepath.Join(dir, "server.key")},
		serviceAccount: filepath.Join(dir, "service-account.key"),
		kubeconfig:     filepath.Join(dir, "admin.kubeconfig"),
	}
	if _, err := os.Stat(made.kubeconfig); err == nil {
		return made, nil
	}
	if err := os.MkdirAll(dir, 0o700); err != nil {
		return files{}, err
	}
	authority, err := newAuthority()
	if err != nil {
		return files{}, err
	}
	if err := writeServing(authority, made); err != nil {
		return files{}, err
	}
	signer, err := newKeyPEM()
	if err != nil {
		return files{}, err
	}
	if err := os.WriteFile(made.serviceAccount, signer, 0o600); err != nil {
		return files{}, err
	}
	return made, writeKubeconfig(authority, made) // last: with it the rest is complete
}

func writeServing(authority *authority, made files) error {
	certificate, key, err := authority.serving()
	if err != nil {
		return err
	}
	if err := os.WriteFile(made.ca, authority.pem, 0o600); err != nil {
		return err
	}
	if err := os.WriteFile(made.serving.certificate, certificate, 0o600); err != nil {
		return err
	}
	return os.WriteFile(made.serving.key, key, 0o600)
}

func writeKubeconfig(authority *authority, made files) error {
	certificate, key, err := authority.administrator()
	if err != nil {
		return err
	}
	// JSON is YAML, and byte slices become base64, which is what kubeconfigs hold.
	type object = map[string]any
	text, err := json.MarshalIndent(object{
		"apiVersion":      "v1",
		"kind":            "Config",
		"current-context": "admin",
		"clusters":        []object{{"name": "real", "cluster": object{"server": made.url, "certificate-authority-data": authority.pem}}},
		"users":           []object{{"name": "admin", "user": object{"client-certificate-data": certificate, "client-key-data": key}}},
		"contexts":        []object{{"name": "admin", "context": object{"cluster": "real", "user": "admin"}}},
	}, "", "  ")
	if err != nil {
		return err
	}
	return os.WriteFile(made.kubeconfig, text, 0o600)
}
